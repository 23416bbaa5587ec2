package layers

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestATextIsBrokenAndCutToItsBox(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":              "",
		"庁内網":           "庁内網",
		"税務 \n システム":    "税務 シス|テム",
		"住民基本台帳ネットワーク":  "住民基本台|帳ネット…",
		"住民基本台帳のこと":     "住民基本台|帳のこと",
		"住民基本台帳のことだ":    "住民基本台|帳のことだ",
		"住民基本台帳のことだよ":   "住民基本台|帳のこと…",
		"LGWAN接続系":      "LGWAN接|続系",
		"が\u3099ぎぐげござじ": "が\u3099ぎぐげご|ざじ",
	} {
		if got := strings.Join(wrap(text, 5*14, 2), "|"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("税務AWmi1 ｶﾞ…—①"))).Draw(t, "text")
		lines := wrap(text, 160, 2)
		if len(lines) == 0 || len(lines) > 2 {
			t.Fatalf("%q has %d lines", text, len(lines))
		}
		for _, line := range lines {
			if sizeOf(line) > 160 {
				t.Fatalf("%q is %d wide", line, sizeOf(line))
			}
		}
	})
}

// boxes are so many boxes with keys from one on.
func boxes(first, n int) (list []Box) {
	for i := range n {
		list = append(list, Box{Key: int64(first + i), Name: fmt.Sprint("見本", i), Mark: []string{"", "低い"}[i%2]})
	}
	return list
}

// However many boxes there are, none lies over another, and all are within the picture
// with the lines between them.
// What a layer is called is read whole, though one box alone stands in it.
func TestALabelIsNotCut(t *testing.T) {
	t.Parallel()
	const words = "間に1件をはさんで載っているもの（止まるもの）"
	if l := lay(Picture{Layers: []Layer{{Label: words, Boxes: []Box{{Key: 1, Name: "台帳"}}}}}); l.Width < sizeOf(words) {
		t.Errorf("%d px wide, and its label %d", l.Width, sizeOf(words))
	}
}

func TestBoxesDoNotOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p Picture
		next := 1
		for _, n := range rapid.SliceOfN(rapid.IntRange(1, 16), 1, 6).Draw(t, "layers") {
			p.Layers = append(p.Layers, Layer{Label: "層", Boxes: boxes(next, n)})
			next += n
		}
		for range 20 {
			p.Lines = append(p.Lines, Line{rapid.Int64Range(1, int64(next)).Draw(t, "from"), rapid.Int64Range(1, int64(next)).Draw(t, "to")})
		}
		l := lay(p)
		for i, a := range l.Boxes {
			if a.X < 0 || a.Y < labelSpace || a.X+boxWidth > l.Width || a.Y+a.H > l.Height {
				t.Fatalf("%+v is outside of %d × %d", a, l.Width, l.Height)
			}
			for _, b := range l.Boxes[i+1:] {
				if a.X < b.X+boxWidth && b.X < a.X+boxWidth && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Fatalf("%+v lies over %+v", a, b)
				}
			}
		}
		for _, line := range l.Paths {
			for _, at := range line {
				if at.X < 0 || at.X > l.Width || at.Y < 0 || at.Y > l.Height {
					t.Fatalf("a line goes out of the picture: %v", line)
				}
			}
		}
	})
}

func TestLinesLeadFromBoxToBox(t *testing.T) {
	t.Parallel()
	p := Picture{
		Layers: []Layer{{Boxes: boxes(1, 2)}, {Boxes: boxes(3, 1)}},
		Lines:  []Line{{1, 3}, {3, 2}, {2, 1}, {1, 99}},
	}
	l := lay(p)
	upper, lower := l.Boxes[0], l.Boxes[2]
	want := []string{
		fmt.Sprintf("92,%d 92,%d", upper.Y+upper.H, lower.Y),
		fmt.Sprintf("296,%d 92,%d", upper.Y+upper.H, lower.Y),
		fmt.Sprintf("296,%d 296,%d 92,%d 92,%d", upper.Y+upper.H, upper.Y+upper.H+bend, upper.Y+upper.H+bend, upper.Y+upper.H),
	}
	if len(l.Paths) != len(want) {
		t.Fatalf("%d lines", len(l.Paths))
	}
	for i, w := range want {
		if got := l.Paths[i].points(); got != w {
			t.Errorf("%s, want %s", got, w)
		}
	}
}

func TestThePictureIsReadAndFollowed(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	err := Draw(Picture{
		Title: "影響", Text: "庁内網に、1件", Layers: []Layer{
			{Label: "上", Boxes: []Box{{Key: 1, Name: "<庁内網>", URL: "/assets/a", Mark: "要是正"}, {Name: "ほか3件", Rest: true}}},
		},
	}).Render(t.Context(), &b)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<title id="layers-title">影響</title>`, `<desc id="layers-text">庁内網に、1件</desc>`, `<a href="/assets/a">`, "&lt;庁内網&gt;", "要是正", `class="rest"`,
		`tabindex="0"`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, b.String())
		}
	}
}
