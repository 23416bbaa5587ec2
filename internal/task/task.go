package task

import (
	"kagami/internal/calendar"
	"slices"
)

// Task is something that somebody has to do, with the one button that leads to
// where it is done.
type Task struct {
	What  string        // 情報セキュリティ基本方針（第2版）を読んで確認する
	Why   string        // said below it where there is no deadline
	Act   string        // what the button says: 読む
	About string        // what Act is about, for those who only hear the button; empty where Act says it
	URL   string        // where the button leads
	DueOn calendar.Date // the last day in time; zero for none
}

// Late tells whether its last day is over on a day.
func (t Task) Late(day calendar.Date) bool { return !t.DueOn.IsZero() && t.DueOn.Before(day) }

// Tasks are what there is to do, the earliest deadline first, then what has none
// in the order in which it was added.
func (b *Batch) Tasks() []Task {
	tasks := slices.Clone(b.tasks)
	slices.SortStableFunc(tasks, func(x, y Task) int {
		switch {
		case x.DueOn.IsZero() == y.DueOn.IsZero():
			return x.DueOn.Compare(y.DueOn)
		case x.DueOn.IsZero():
			return 1
		}
		return -1
	})
	return tasks
}
