package personnel

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"kagami/internal/org"
)

// NewTitle is what posts are called that a file would make.
type NewTitle struct {
	Title string
	Posts int    // how many would be made
	Post  string // the first of them, with its section
	Known bool   // other sections have posts that are called so
	// Like is what posts are called already that it may be a slip of the pen for; empty
	// for none, and where it is known.
	Like string `json:",omitzero"`
}

// maxTitles is how many of them are listed.
const maxTitles = 100

// newTitles lists what the posts are called that are made: first those that may be slips
// of the pen, then the others that the town does not know, in the order of the file.
func (p *planner) newTitles(made []int) []NewTitle {
	known := map[string]string{}
	for i, post := range p.posts {
		if key := foldKey(post.Title); !p.isNewPost[i] && known[key] == "" {
			known[key] = post.Title
		}
	}
	var list []NewTitle
	at := map[string]int{}
	for _, post := range made {
		key := foldKey(p.posts[post].Title)
		i, listed := at[key]
		switch {
		case listed:
			list[i].Posts++
			continue
		case len(list) == maxTitles:
			continue
		}
		at[key] = len(list)
		list = append(list, NewTitle{Title: p.posts[post].Title, Posts: 1, Post: p.postName(post), Known: known[key] != ""})
	}
	titles := slices.Sorted(maps.Values(known))
	for i := range list {
		if !list[i].Known {
			list[i].Like = like(list[i].Title, titles)
		}
	}
	rank := func(t NewTitle) int {
		switch {
		case t.Like != "":
			return 0
		case !t.Known:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b NewTitle) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

// made are the posts that lines of the plan make, in their order.
func (p *planner) made(appointments []org.AppointmentChange) []int {
	var list []int
	for _, a := range appointments {
		if p.isNewPost[a.PostAt] {
			list = append(list, a.PostAt)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// like is which of the titles one may be meant for: the same in other kana, or else the
// one from which it differs the least, by a character, or by two of at least four.
func like(title string, titles []string) string {
	is := []rune(inKatakana(title))
	found, least := "", 3
	for _, other := range titles {
		of := []rune(inKatakana(other))
		most := 1
		if min(len(is), len(of)) >= 4 {
			most = 2
		}
		if d := distance(is, of, most); d <= most && d < least {
			found, least = other, d
		}
	}
	return found
}

// inKatakana is a title as it is compared with others: hiragana and katakana alike.
func inKatakana(title string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 'ァ' - 'ぁ'
		}
		return r
	}, foldKey(title))
}

// distance is how many characters are put in, left out or written otherwise in b; more
// than most where it is more than that.
func distance(a, b []rune, most int) int {
	if max(len(a)-len(b), len(b)-len(a)) > most {
		return most + 1
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i, r := range a {
		row[0] = i + 1
		for j, other := range b {
			row[j+1] = before[j]
			if r != other {
				row[j+1] = 1 + min(before[j], before[j+1], row[j])
			}
		}
		if slices.Min(row) > most {
			return most + 1
		}
		before, row = row, before
	}
	return before[len(b)]
}
