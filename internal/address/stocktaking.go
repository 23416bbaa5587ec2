package address

// The pages of 棚卸し without parameters.
const (
	Stocktakings        = "/stocktakings"
	NewStocktaking      = Stocktakings + "/new"
	NewStocktakingCheck = NewStocktaking + "/check"
)

// Stocktaking is a 棚卸し, by its code.
func Stocktaking(code string) string { return under(Stocktakings, code) }

// StocktakingClosing is where it is closed, and StocktakingDue where its last day is moved. No
// code of a 棚卸し is one of these words, and any word may be that of a section.
func StocktakingClosing(code string) string { return under(Stocktakings+"/close", code) }

// StocktakingDue is where the last day of a 棚卸し is moved.
func StocktakingDue(code string) string { return under(Stocktakings+"/due", code) }

// StocktakingRecord is the record of a 棚卸し, as it is printed.
func StocktakingRecord(code string) string { return under(Stocktakings+"/record", code) }

// StocktakingSection is where a section's assets are gone through, by its code.
func StocktakingSection(code, section string) string { return under(Stocktaking(code), section) }

// StocktakingOf is what belongs to that: answer, rest, sheet, typing, and the steps hand_in,
// confirm, send_back and take_up.
func StocktakingOf(code, section, what string) string {
	return under(StocktakingSection(code, section), what)
}

// StocktakingAnswer is where what was found of an asset is said with what belongs to it.
func StocktakingAnswer(code, section, asset, result string) string {
	return With(With(StocktakingOf(code, section, "answer"), "asset", asset), "result", result)
}
