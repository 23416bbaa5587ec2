package asset

// Select is the statement of an Asset for each row of asset a, with its section
// section_shown s and what it was merged into m; conditions follow it.
const Select = selectAsset

// Columns are those of an Asset, for a statement that has more of each.
const Columns = columns

// Written is a field as it stands in a table that is handed out, filled in and taken in
// again: in the words of the scheme, days as 2026-11-24. Of a draft it does not say that
// there is no personal data: what it was made of may have said nothing of that.
func (s Scheme) Written(f Field, a Asset) string {
	text := f.Text(a.Details)
	switch {
	case f.Key == "registered_on", f.Key == "checked_on":
		return text
	case f.Key == "number_work" && a.NumberWork == NoNumberWork:
		return ""
	case text == string(Unknown) && (f.Key == "multi_factor" || f.Key == "takeout_barred"):
		return ""
	case f.Key == "personal" && a.State == Draft && a.Personal == NotPersonal:
		return ""
	}
	return s.Shown(f.Key, text)
}
