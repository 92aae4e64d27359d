#include "expressions.h"

/// int() uint() double() string() bool().

namespace tocsin::cel {
namespace {

TEST(Conversion, ToInt) {
  expect_all({
      {"int(5)", "int 5"},
      {"int(42u)", "int 42"},
      {"int(9223372036854775807u)", "int 9223372036854775807"},
      {"int(9223372036854775808u)", "error bad_conversion"},
      {"int(1.9)", "int 1"},
      {"int(-7.9)", "int -7"},
      {"int(-0.0)", "int 0"},
      {"int(1e99)", "error bad_conversion"},
      {"int(-1e99)", "error bad_conversion"},
      {"int(9223372036854775807.0)", "error bad_conversion"},
      {"int(-9223372036854775808.0)", "error bad_conversion"},
      {"int(9223372036854774784.0)", "int 9223372036854774784"},
      {"int(double('nan'))", "error bad_conversion"},
      {"int(double('inf'))", "error bad_conversion"},
      {"int('987')", "int 987"},
      {"int('-5')", "int -5"},
      {"int('+5')", "int 5"},
      {"int('-9223372036854775808')", "int -9223372036854775808"},
      {"int('9223372036854775808')", "error bad_conversion"},
      {"int('')", "error bad_conversion"},
      {"int('+')", "error bad_conversion"},
      {"int('+-5')", "error bad_conversion"},
      {"int(' 5')", "error bad_conversion"},
      {"int('5 ')", "error bad_conversion"},
      {"int('1.5')", "error bad_conversion"},
      {"int('0x10')", "error bad_conversion"},
      {"int(timestamp('2009-02-13T23:31:30Z'))", "int 1234567890"},
      {"int(timestamp('1969-12-31T23:59:59.5Z'))", "int -1"},
      {"int(true)", "E3103 at 0-9"},
      {"int(e.held)", "E3103 at 0-11"},
      {"int(e.state)", "error bad_conversion"},
  });
}

TEST(Conversion, ToUint) {
  expect_all({
      {"uint(5u)", "uint 5"},
      {"uint(1729)", "uint 1729"},
      {"uint(-1)", "error bad_conversion"},
      {"uint(3.9)", "uint 3"},
      {"uint(1e19)", "uint 10000000000000000000"},
      {"uint(18446744073709551616.0)", "error bad_conversion"},
      {"uint(-0.0)", "uint 0"},
      {"uint(-0.5)", "error bad_conversion"},
      {"uint(double('nan'))", "error bad_conversion"},
      {"uint('300')", "uint 300"},
      {"uint('18446744073709551615')", "uint 18446744073709551615"},
      {"uint('18446744073709551616')", "error bad_conversion"},
      {"uint('-1')", "error bad_conversion"},
      {"uint('')", "error bad_conversion"},
      {"uint(e.ts)", "E3103 at 0-10"},
  });
}

TEST(Conversion, ToDouble) {
  expect_all({
      {"double(5)", "double 5"},
      {"double(123u)", "double 123"},
      {"double(9223372036854775807)", "double 9.223372036854776e+18"},
      {"double('123.456')", "double 123.456"},
      {"double('-84.32e7')", "double -843200000"},
      {"double('-0.0')", "double -0"},
      {"double('+1')", "double 1"},
      {"double('.5')", "double 0.5"},
      {"double('NaN')", "double NaN"},
      {"double('Infinity')", "double Infinity"},
      {"double('-inf')", "double -Infinity"},
      {"double('1e400')", "error bad_conversion"},
      {"double('nan(1)')", "error bad_conversion"},
      {"double('')", "error bad_conversion"},
      {"double('-')", "error bad_conversion"},
      {"double('--1')", "error bad_conversion"},
      {"double('+-1')", "error bad_conversion"},
      {"double('0x10')", "error bad_conversion"},
      {"double('1.5x')", "error bad_conversion"},
      {"double(e.state)", "error bad_conversion"},
      {"double(true)", "E3103 at 0-12"},
  });
}

TEST(Conversion, ToString) {
  expect_all({
      {"string(123)", "string 123"},
      {"string(-9223372036854775808)", "string -9223372036854775808"},
      {"string(9876u)", "string 9876"},
      {"string(123.456)", "string 123.456"},
      {"string(-4.5e-3)", "string -0.0045"},
      {"string(0.1 + 0.2)", "string 0.30000000000000004"},
      {"string(3.0)", "string 3"},
      {"string(-0.0)", "string -0"},
      {"string(0.0 / 0.0)", "string NaN"},
      {"string(-1.0 / 0.0)", "string -Infinity"},
      {"string(1.7976931348623157e308)", "string 1.7976931348623157e+308"},
      {"string(true)", "string true"},
      {"string('a')", "string a"},
      {"string(e.ts)", "string 2026-01-01T00:00:00.25Z"},
      {"string(e.held)", "string 90.5s"},
      {"string(e.count) + '/' + string(e.level)", "string 7/2.5"},
      {"double(string(0.1 + 0.2)) == 0.1 + 0.2", "bool true"},
      {"string([1])", "E3103 at 0-11"},
  });
}

TEST(Conversion, ToBool) {
  expect_all({
      {"bool(true)", "bool true"},
      {"bool('true')", "bool true"},
      {"bool('TRUE')", "bool true"},
      {"bool('True')", "bool true"},
      {"bool('t')", "bool true"},
      {"bool('1')", "bool true"},
      {"bool('false')", "bool false"},
      {"bool('F')", "bool false"},
      {"bool('0')", "bool false"},
      {"bool('TrUe')", "error bad_conversion"},
      {"bool('yes')", "error bad_conversion"},
      {"bool('')", "error bad_conversion"},
      {"bool(1)", "E3103 at 0-7"},
  });
}

TEST(Conversion, TextOfAnEvaluationAgreesWithCore) {
  for (const char* value : {"1.5", "1e16", "1e15", "123456789.125", "1e-7", "-0.0", "1.0 / 0.0"}) {
    const std::string source(value);
    EXPECT_EQ(outcome("string(" + source + ")").substr(7), outcome(source).substr(7)) << source;
  }
}

}  // namespace
}  // namespace tocsin::cel
