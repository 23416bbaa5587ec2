package personnel

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWhatATitleMayBeMeantFor(t *testing.T) {
	t.Parallel()
	known := []string{"主事", "主任", "係長", "担当副課長", "職員", "シニア職員", "支所長"}
	for title, want := range map[string]string{
		"職貝":     "職員",
		"主事補":    "主事",
		"担当副課":   "担当副課長",
		"担当服課張":  "担当副課長", // two of five
		"しにあ職員":  "シニア職員",
		"ｼﾆｱ職員":  "シニア職員",
		"支所長代理":  "", // two of three
		"会計管理者":  "",
		"しょくいん":  "",
		"主":      "主事", // the first of two that are as near
		"派遣":     "",
		"担当 副 長": "担当副課長",
	} {
		if got := like(title, known); got != want {
			t.Errorf("%s is taken for %q, want %q", title, got, want)
		}
	}
}

// The plan says which posts it makes, by what they are called: first what may be a slip
// of the pen, last what the town knows from elsewhere.
func TestAPlanSaysWhatNewPostsAreCalled(t *testing.T) {
	t.Parallel()
	plan := planOf(t, aTown(), "N1,見本 一,ミホン,,税務町民課,担当,2027-04-01,\nN2,見本 二,ミホン,,税務町民課,しょくいん,2027-04-01,\n"+
		"N3,見本 三,ミホン,,総務課,しょくいん,2027-04-01,\nN4,見本 四,ミホン,,総務課,職貝,2027-04-01,\nN5,見本 五,ミホン,,総務課,職員,2027-04-01,\n", false)
	var got []string
	for _, n := range plan.Titles {
		got = append(got, fmt.Sprint(n.Title, " ", n.Posts, " ", n.Post, " ", n.Known, " ", n.Like))
	}
	want := []string{"職貝 1 総務課 職貝 false 職員", "しょくいん 2 税務町民課 しょくいん false ", "担当 1 税務町民課 担当 true "}
	if !slices.Equal(got, want) || plan.NewPosts != 4 {
		t.Errorf("%d new posts:\n%s", plan.NewPosts, strings.Join(got, "\n"))
	}
}
