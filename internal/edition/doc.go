// Package edition is what law, a guideline or a convention fixes as rows, such as the
// holidays of Japan: a kind has editions, each with its source and the first day from
// which it holds, and over them the town's own rows, which a new edition leaves alone.
//
// A capability declares a kind beside the rules that go by it:
//
//	var Holidays = edition.New(edition.Kind{Name: "holiday", …}, readHoliday)
//
// and asks Holidays.On(values, day). Some editions come with the portal; others are
// read in from a file, looked at (「何が変わるか」), and then started.
package edition
