# How everything here is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_INCLUDE_CURRENT_DIR OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

option(TOCSIN_WERROR "Treat warnings as errors" ON)
set(TOCSIN_SANITIZE "" CACHE STRING "-fsanitize= list, for example address,undefined")

find_program(TOCSIN_CCACHE ccache)
if(TOCSIN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TOCSIN_CCACHE})
endif()

# Results must not depend on the machine: no fused multiply-add, no -march=native.
add_compile_options(-ffp-contract=off)

if(TOCSIN_SANITIZE)
  add_compile_options(-fsanitize=${TOCSIN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TOCSIN_SANITIZE})
endif()

# The presets for whole builds (release, asan, tsan) compile files of a folder together, which takes
# half the time; dev compiles each alone, for editing. Files whose private names meet those of a
# neighbour say SKIP_UNITY_BUILD_INCLUSION in their folder's CMakeLists.txt.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)

add_library(tocsin_warnings INTERFACE)
target_compile_options(tocsin_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       $<$<BOOL:${TOCSIN_WERROR}>:-Werror>
                       # false alarms on std::string in GCC 12 (its bug 105651)
                       -Wno-restrict
                       # means headers; files compiled together look like headers to it
                       $<$<BOOL:${CMAKE_UNITY_BUILD}>:-Wno-subobject-linkage>)

# tocsin_library(NAME): a static library of this folder, included as "<folder>/<header>".
function(tocsin_library name)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE tocsin_warnings)
endfunction()
