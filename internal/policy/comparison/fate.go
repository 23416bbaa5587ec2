package comparison

// Fate is what became of a clause of the old text.
type Fate struct {
	// Kind is Removed where the clause does not stand in the new text. It is about
	// the clause's own number and words: what it stands in may have got another
	// number all the same.
	Kind Kind
	New  *Side // nil where it was removed
}

// Reworded tells whether the clause says something else in the new text.
func (f Fate) Reworded() bool { return f.Kind == Changed || f.Kind == MovedChanged }

// Fates tells what became of every clause of the old text, by its address there.
func (c Comparison) Fates() map[string]Fate {
	fates := map[string]Fate{}
	for _, r := range c.Rows {
		if r.Old != nil && r.Old.Kind != "" { // the title is no clause
			fates[r.Old.Anchor] = Fate{r.Kind, r.New}
		}
		for i := range r.Folded {
			fates[r.Folded[i].Old.Anchor] = Fate{r.Kind, &r.Folded[i].New}
		}
	}
	return fates
}
