#pragma once
/// What cel.h hides: a program is bytecode, a scratch is a stack and an arena.
#include <memory>

#include "rules/cel/bytecode.h"

namespace tocsin::cel {

struct Program::Code : Bytecode {};

}  // namespace tocsin::cel
