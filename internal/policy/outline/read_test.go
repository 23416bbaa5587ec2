package outline_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kagami/internal/policy/outline"
)

// townsPolicy is the text as it was taken from its PDF.
const townsPolicy = "../../sample/kihon-hoshin.txt"

var update = flag.Bool("update", false, "write the outlines that the tests expect")

// The texts in testdata are the town's own 基本方針 as taken from its PDF, and
// texts in the forms that other towns use; beside each stands the outline that
// the reader finds.
func TestReadsTexts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts to read: %v", err)
	}
	files = append(files, townsPolicy)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			got, err := json.MarshalIndent(outline.Read(decodeFile(t, file), nil), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := "testdata/" + strings.TrimSuffix(filepath.Base(file), ".txt") + ".json"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got)+"\n" != string(want) {
				t.Errorf("the outline has changed; look at the difference with -update:\n%s", got)
			}
		})
	}
}

// What is known of the town's text from its paper: 10 articles, their items,
// and one figure whose labels are in no clause's text.
func TestReadsTheTownsPolicy(t *testing.T) {
	o := outline.Read(decodeFile(t, townsPolicy), nil)
	if o.Title != "情報セキュリティ基本方針" {
		t.Errorf("title %q", o.Title)
	}
	if len(o.Clauses) != 1 || o.Clauses[0].Kind != outline.Chapter || o.Clauses[0].Label != "第1章" {
		t.Fatalf("want chapter 第1章 alone, got %v", o.Clauses)
	}
	articles := o.Clauses[0].Children
	if len(articles) != 10 {
		t.Fatalf("want 10 articles, got %d", len(articles))
	}
	for article, want := range map[int]int{1: 0, 2: 12, 3: 5, 4: 2, 5: 0, 6: 2, 7: 9, 8: 0, 9: 0, 10: 0} {
		if got := countKind(articles[article-1].Children, outline.Item); got != want {
			t.Errorf("article %d has %d items, want %d", article, got, want)
		}
	}
	for _, at := range [][2]int{{4, 2}, {6, 2}, {7, 3}} {
		if got := countKind(articles[at[0]-1].Children[at[1]-1].Children, outline.Subitem); got != 3 {
			t.Errorf("%d(%d) has %d subitems, want 3", at[0], at[1], got)
		}
	}
	organization := articles[6].Children[0]
	if len(organization.Children) != 1 || organization.Children[0].Kind != outline.Figure {
		t.Fatalf("7(1) should hold the figure alone, got %v", organization.Children)
	}
	o.Walk(func(c *outline.Clause, _ []*outline.Clause) {
		if c.Kind != outline.Figure && strings.Contains(c.Text, "【") {
			t.Errorf("a label of the figure is in the text of %s", c.Label)
		}
	})
	if len(o.Questions) != 1 || o.Questions[0].Line != 175 || o.Questions[0].Until != 203 {
		t.Errorf("want one question, on the figure, got %v", o.Questions)
	}
}

func TestAnswersSettleQuestions(t *testing.T) {
	text := decodeFile(t, townsPolicy)
	accepted := outline.Read(text, outline.Answers{175: outline.AsFigure})
	if len(accepted.Unsettled()) != 0 {
		t.Errorf("still unsettled: %v", accepted.Unsettled())
	}
	asText := outline.Read(text, outline.Answers{175: outline.AsText})
	if got := asText.Clauses[0].Children[6].Children[0].Text; !strings.Contains(got, "CSIRT担当者") {
		t.Errorf("the labels should stand in the text of 7(1) now: %q", got)
	}
	if foreign := outline.Read(text, outline.Answers{175: outline.AsClause}); len(foreign.Unsettled()) != 1 {
		t.Error("an answer that was not offered must not settle a question")
	}
}

func countKind(list []outline.Clause, kind outline.Kind) int {
	n := 0
	for _, c := range list {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

func decodeFile(t testing.TB, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := outline.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
