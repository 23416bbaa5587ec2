package address

import "strconv"

// Editions is the list of what law and guidelines fix.
const Editions = "/editions"

// Edition is a kind of it, by its name.
func Edition(kind string) string { return under(Editions, kind) }

// EditionRead is an edition that was read in, by its number.
func EditionRead(kind string, id int64) string {
	return under(Edition(kind), strconv.FormatInt(id, 10))
}

// EditionRows are the town's own rows over a kind.
func EditionRows(kind string) string { return under(Edition(kind), "rows") }
