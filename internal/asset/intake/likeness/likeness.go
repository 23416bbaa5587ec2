// Package likeness tells how much an asset that a row of a file names is like one that a
// register has: by its name, and by how much is at stake.
package likeness

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/sheet/intake"
)

// Key is a name as it is compared: its letters and digits, without what stands in
// brackets; empty for one of which too little is left.
func Key(name string) string {
	key := intake.Fold(wording.Bare(name))
	if utf8.RuneCountInString(key) < 2 {
		return ""
	}
	return key
}

// Falls tells whether one details ask for less than others: of personal data, or in a level.
func Falls(was, is asset.Details, scheme asset.Scheme) bool {
	sort := func(d asset.Details) int {
		return slices.IndexFunc(asset.PersonalData, func(c asset.Choice[asset.Personal]) bool { return c.Value == d.Personal })
	}
	if sort(is) < sort(was) {
		return true
	}
	return slices.ContainsFunc(asset.Aspects[:], func(aspect asset.Aspect) bool {
		before, after := rank(scheme, aspect, was.Level(aspect)), rank(scheme, aspect, is.Level(aspect))
		return after > 0 && after < before
	})
}

// rank is how high a level stands; 0 where it is open. 機密性3 stands as high as the lowest
// of the three that it may be.
func rank(scheme asset.Scheme, aspect asset.Aspect, key string) int {
	if aspect == asset.Confidentiality && key == asset.Unsettled {
		lowest := 0
		for _, level := range Steps(scheme) {
			if lowest == 0 || level.Rank < lowest {
				lowest = level.Rank
			}
		}
		return lowest
	}
	level, _ := scheme.Level(aspect, key)
	return level.Rank
}

// ShareWords tells whether two names have anything in common: two letters that follow one
// another, or all of one that is shorter.
func ShareWords(one, other string) bool {
	x, y := []rune(intake.Fold(wording.Bare(one))), intake.Fold(wording.Bare(other))
	if len(x) < 2 || len([]rune(y)) < 2 {
		return strings.Contains(y, string(x)) || strings.Contains(string(x), y)
	}
	for i := range len(x) - 1 {
		if strings.Contains(y, string(x[i:i+2])) {
			return true
		}
	}
	return false
}

// Steps are the levels of which one is to be chosen in the place of 機密性3.
func Steps(scheme asset.Scheme) []asset.Level {
	var list []asset.Level
	for _, level := range scheme.Levels {
		if level.Aspect == asset.Confidentiality && level.Key != asset.Unsettled && strings.HasPrefix(level.Key, asset.Unsettled) {
			list = append(list, level)
		}
	}
	return list
}

// Ended says of an asset that has ended how, and what it became; empty for one that counts.
func Ended(a asset.Asset) string {
	switch {
	case !a.State.Ended():
		return ""
	case a.MergedInto != "":
		return "「" + a.MergedInto + "」に統合"
	}
	return a.State.Title()
}
