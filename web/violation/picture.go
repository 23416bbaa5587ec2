package violation

import (
	"strconv"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

// span is how long a case stood somewhere, as its picture shows it.
type span struct {
	X, Width int
	State    procedure.State
	First    calendar.Date
	Days     int
	Now      bool  // it stands there still, and something is to be done
	Marks    []int // where in it a step was taken
}

// The measures of the picture.
const (
	leastSpan   = 132 // so that the longest state's title fits in
	sharedWidth = 240 // what is shared out by days
	spanTop     = 30
	spanHeight  = 26
	spansHeight = 82
)

// spansOf are where a case has stood, from its first step to its last, or to today while it is
// open: each as wide as its words need, and wider by its days.
func spansOf(steps []violation.Step, now time.Time) []span {
	var list []span
	var begun []time.Time
	var taken [][]time.Time
	for _, h := range steps {
		if len(list) == 0 || list[len(list)-1].State != h.To {
			list, begun, taken = append(list, span{State: h.To, First: calendar.Day(h.At)}), append(begun, h.At), append(taken, nil)
		}
		taken[len(taken)-1] = append(taken[len(taken)-1], h.At)
	}
	whole := 0
	for i := range list {
		end := now
		if i+1 < len(list) {
			end = begun[i+1]
		} else if !list[i].State.Open() {
			end = begun[i]
		}
		list[i].Days = calendar.Day(end).Sub(list[i].First)
		list[i].Now = i+1 == len(list) && list[i].State.Open()
		whole += list[i].Days
	}
	x := 0
	for i := range list {
		s := &list[i]
		s.X, s.Width = x, leastSpan
		if whole > 0 {
			s.Width += sharedWidth * s.Days / whole
		}
		x += s.Width
		for _, at := range taken[i] {
			place := 0
			if s.Days > 0 {
				place = (s.Width - 16) * calendar.Day(at).Sub(s.First) / s.Days
			}
			s.Marks = append(s.Marks, s.X+8+place)
		}
	}
	return list
}

// spans are those of what the viewer reads; none for who reads only parts, or where nothing has
// moved yet.
func (p caseView) spans() []span {
	if p.Reading == violation.Parts {
		return nil
	}
	list := spansOf(p.Steps, p.Today.Start())
	if len(list) < 2 {
		return nil
	}
	return list
}

func spansWidth(list []span) int { return list[len(list)-1].X + list[len(list)-1].Width }

// words are since when and how long it stood there.
func (s span) words() string {
	_, month, day := s.First.Date()
	since := strconv.Itoa(int(month)) + "/" + strconv.Itoa(day)
	if !s.State.Open() {
		return since
	}
	return since + "から" + strconv.Itoa(s.Days) + "日"
}
