package choice

import (
	"maps"
	"strings"
	"testing"
)

// What is chosen of all is chosen of each, also of those of which something was; and of each
// something else can be chosen beside it and afterwards.
func TestAChoiceOfAllIsFilledIn(t *testing.T) {
	t.Parallel()
	type sides = map[string]Side
	for _, c := range []struct {
		name      string
		was, form Choices
		all       Side
		each      sides
	}{
		{"of all", Choices{}, Choices{Clash: TheFile, Clashes: sides{"0-place": "", "1-place": ""}}, TheFile, sides{}},
		{"of one", Choices{}, Choices{Clashes: sides{"0-place": TheFile, "1-place": ""}}, "", sides{"0-place": TheFile}},
		{"of all after one", Choices{Clashes: sides{"0-place": TheFile}}, Choices{Clash: TheRegister, Clashes: sides{"0-place": TheFile}}, TheRegister, sides{}},
		{"of one after all", Choices{Clash: TheFile}, Choices{Clashes: sides{"0-place": TheRegister, "1-place": TheFile}}, TheFile, sides{"0-place": TheRegister}},
		{"of all beside one", Choices{Clash: TheFile}, Choices{Clash: TheRegister, Clashes: sides{"0-place": TheFile, "1-place": ""}}, TheRegister, sides{}},
		{"of one beside all", Choices{}, Choices{Clash: TheRegister, Clashes: sides{"0-place": TheFile, "1-place": ""}}, TheRegister, sides{"0-place": TheFile}},
		{"of all otherwise", Choices{Clash: TheFile, Clashes: sides{"0-place": TheRegister}}, Choices{Clash: TheRegister, Clashes: sides{"0-place": TheRegister, "1-place": TheFile}}, TheRegister, sides{}},
		{"of one no more", Choices{Clashes: sides{"0-place": TheFile}}, Choices{Clashes: sides{"0-place": ""}}, "", sides{}},
		{"of those on another page", Choices{Clashes: sides{"200-place": TheFile}}, Choices{Clashes: sides{"0-place": TheFile}}, "", sides{"0-place": TheFile, "200-place": TheFile}},
		{"of all, with another page", Choices{Clashes: sides{"200-place": TheFile}}, Choices{Clash: TheRegister}, TheRegister, sides{}},
	} {
		got := c.was
		got.FillIn(c.form)
		if got.Clash != c.all || !maps.Equal(got.Clashes, c.each) {
			t.Errorf("%s: %q of all, %v", c.name, got.Clash, got.Clashes)
		}
	}
	levels := Choices{Levels: map[int]string{0: "3A"}}
	levels.FillIn(Choices{Level: "3B", Levels: map[int]string{0: "3A", 1: Leave}})
	if levels.LevelOf(0) != "3B" || levels.LevelOf(1) != Leave || levels.LevelOf(2) != "3B" {
		t.Errorf("levels: %+v", levels)
	}
	others := Choices{Others: true, Same: map[int]string{1: "zeimu-0001"}}
	others.FillIn(Choices{Same: map[int]string{0: Another, 1: "zeimu-0001"}})
	if others.SameOf(0) != "" || others.SameOf(1) != "zeimu-0001" {
		t.Errorf("others no more: %+v", others)
	}
}

// What is chosen is kept: of rows that are none, and longer than anything is that can be
// chosen, it is not, or forms that nobody has been shown would make it grow.
func TestWhatIsChosenOfNoRowIsForgotten(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("あ", 100)
	c := Choices{
		Levels:  map[int]string{0: "3B", 1: long, 2: "3B", -1: "3B"},
		Same:    map[int]string{1: "zeimu-0001", 0: long, 2: Another},
		Clashes: map[string]Side{"1-place": TheFile, "2-place": TheFile, "place": TheFile},
	}
	c.Within(2)
	if !maps.Equal(c.Levels, map[int]string{0: "3B"}) || !maps.Equal(c.Same, map[int]string{1: "zeimu-0001"}) || !maps.Equal(c.Clashes, map[string]Side{"1-place": TheFile}) {
		t.Errorf("%+v", c)
	}
}

// Another reason makes no other plan, and one of nothing but spaces is none.
func TestAReasonIsNoChoice(t *testing.T) {
	t.Parallel()
	if (Choices{Why: "見直し", Same: map[int]string{}}).Text() != (Choices{}).Text() {
		t.Error("a reason is a choice")
	}
	for why, problems := range map[string]int{"": 1, " \r\n　": 1, "見直し": 0, strings.Repeat("あ", MostWhy+1): 1} {
		if got := (Choices{Why: why}).CheckWhy(1); len(got) != problems {
			t.Errorf("%q: %+v", why, got)
		}
	}
}
