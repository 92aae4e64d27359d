#pragma once
/// Text that must not enter the stream: a person's ID number, mobile phone number or vehicle plate.
/// The schema is an allow-list already; this catches what someone writes into a field that is
/// allowed. A hit costs an event, perhaps an alarm: every rule asks for more than a run of digits.
///
/// Resident ID, 18 characters (GB 11643): 17 digits and a digit or X with a province code (GB/T
/// 2260), a
///   date of 1900..2099 at digit 7, and the right check character (ISO 7064 MOD 11-2); no letter or
///   digit next to it.
/// Resident ID, 15 digits (before 1999): province code, a date of 19yy at digit 7, standing alone.
/// One whose
///   last digit is a right Luhn digit is taken for an IMEI, which detectors do use as their id, and
///   passes.
/// Mobile phone number: 1, a digit of 3..9, nine digits; whole or grouped 3-4-4 by spaces or
/// hyphens; with
///   +86 or 0086 before it or not; standing alone.
/// Plate (GA 36): province character, letter, perhaps a dot, hyphen or space, then 5 or 6 letters
/// and digits
///   with at most two letters (6: new energy), or 4 and one of 学警挂港澳领使.
///
/// "Standing alone": no letter or digit beside it, nor a '-', '_' or '.' that joins it to one. So
/// SD-13800138000, 3.13800138000, Unix milliseconds (13 digits) and hexadecimal hashes pass.
///
/// Thread: any; allocates nothing. Cost: one pass for text without 11 digits or Chinese characters.
#include <string_view>

namespace tocsin::ingest {

bool looks_private(std::string_view text);

}  // namespace tocsin::ingest
