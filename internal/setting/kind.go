package setting

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

const (
	// farthest is the most days that one may be from a deadline.
	farthest = 366
	// mostDays is how many there may be.
	mostDays = 20
)

// NewDays is a setting of days before, on and after a day: -3 is three days before
// it. None is a value too, and says that nothing happens.
func NewDays(name, title, help string, standard ...int) Of[[]int] {
	return Of[[]int]{
		Setting{
			Name: name, Title: title, Help: help, Default: keepDays(standard),
			Typing: "「3日前、当日、1日後」のように入力します。何もしないときは「なし」とします。",
			Fold:   foldDays, Show: func(kept string) string { return showDays(readDays(kept)) },
		},
		readDays,
	}
}

// Option is what a choice may be: as it is kept, and as people read it.
type Option struct{ Kept, Title string }

// NewChoice is a setting that is one of some options, of which the first is the
// default. Its value is what is kept of the option.
func NewChoice(name, title, help string, options ...Option) Of[string] {
	s := Setting{
		Name: name, Title: title, Help: help, Default: options[0].Kept,
		Fold: func(typed string) (kept, problem string) {
			typed = strings.TrimSpace(norm.NFKC.String(typed))
			for _, o := range options {
				if norm.NFKC.String(o.Title) == typed {
					return o.Kept, ""
				}
			}
			return "", "選べる値のうちから、一つを選んでください。"
		},
		Show: func(kept string) string {
			for _, o := range options {
				if o.Kept == kept {
					return o.Title
				}
			}
			return kept
		},
	}
	for _, o := range options {
		s.Choices = append(s.Choices, o.Title)
	}
	return Of[string]{s, func(kept string) string { return kept }}
}

// NewText is a setting that is one line of text of at most so many characters.
func NewText(name, title, help, standard string, most int) Of[string] {
	return Of[string]{
		Setting{
			Name: name, Title: title, Help: help, Default: standard, Typing: fmt.Sprintf("1行、%d字までで入力します。", most),
			Fold: func(typed string) (kept, problem string) {
				kept = strings.TrimSpace(typed)
				if n := len([]rune(kept)); n == 0 || n > most || strings.ContainsAny(kept, "\r\n\x00") {
					return "", fmt.Sprintf("1行、%d字までで入力してください。", most)
				}
				return kept, ""
			},
			Show: func(kept string) string { return kept },
		},
		func(kept string) string { return kept },
	}
}

var aDay = regexp.MustCompile(`^([0-9]{1,3})日?(前|後)$`)

func foldDays(typed string) (kept, problem string) {
	words := strings.FieldsFunc(norm.NFKC.String(typed), func(r rune) bool { return strings.ContainsRune(" 、,・/\t\r\n", r) })
	if len(words) == 1 && words[0] == "なし" {
		return "", ""
	}
	var days []int
	for _, word := range words {
		if word == "当日" {
			days = append(days, 0)
			continue
		}
		m := aDay.FindStringSubmatch(word)
		if m == nil {
			return "", fmt.Sprintf("「%s」を読み取れません。「3日前、当日、1日後」のように入力してください。何もしないときは「なし」とします。", word)
		}
		n, err := strconv.Atoi(m[1])
		if err != nil || n > farthest {
			return "", fmt.Sprintf("%d日より離れた日は指定できません。", farthest)
		}
		if m[2] == "前" {
			n = -n
		}
		days = append(days, n)
	}
	switch {
	case len(days) == 0:
		return "", "日を入力してください。何もしないときは「なし」とします。"
	case len(days) > mostDays:
		return "", fmt.Sprintf("日は%d個までにしてください。", mostDays)
	}
	return keepDays(days), ""
}

// keepDays writes days as they are kept: -3,1.
func keepDays(days []int) string {
	days = slices.Clone(days)
	slices.Sort(days)
	var texts []string
	for _, day := range slices.Compact(days) {
		texts = append(texts, strconv.Itoa(day))
	}
	return strings.Join(texts, ",")
}

func readDays(kept string) []int {
	var days []int
	for text := range strings.SplitSeq(kept, ",") {
		if day, err := strconv.Atoi(text); err == nil {
			days = append(days, day)
		}
	}
	return days
}

func showDays(days []int) string {
	if len(days) == 0 {
		return "なし"
	}
	var texts []string
	for _, day := range days {
		switch {
		case day < 0:
			texts = append(texts, strconv.Itoa(-day)+"日前")
		case day == 0:
			texts = append(texts, "当日")
		default:
			texts = append(texts, strconv.Itoa(day)+"日後")
		}
	}
	return strings.Join(texts, "、")
}
