package deadline

import (
	"cmp"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/setting"
)

// Recipient is who is told.
type Recipient string

// The recipients, in the order of escalation.
const (
	Person  Recipient = "person"  // who has something to do
	Manager Recipient = "manager" // the 情報セキュリティ管理者 of their section
	General Recipient = "general" // the 統括情報セキュリティ責任者
)

// Step is one reminder: so many days after the last day, or before it where that
// is negative.
type Step struct {
	Days int
	To   Recipient
}

// Steps are the steps of one kind of deadline, in the order of days; of one day,
// in the order of recipients.
type Steps []Step

// Days are the days on which there is a step, for a last day.
func (s Steps) Days(due calendar.Date) []calendar.Date {
	var days []calendar.Date
	for _, step := range s {
		if day := due.AddDays(step.Days); len(days) == 0 || days[len(days)-1] != day {
			days = append(days, day)
		}
	}
	return days
}

// Latest is the SQL of the steps whose day has come: of each row of the common
// table expression requested (person_id, asked_on, due_on) the latest of each
// recipient, with its day. It takes the arguments that Arguments gives.
//
// Of a recipient's steps that have come together, such as while no portal ran or the
// offices were closed, only the latest is taken: it says what those before would have
// said. A step of the 管理者 says nothing to the person. Nobody is reminded on the day
// on which they are asked, nor of a day before that.
const Latest = `
		SELECT q.person_id, q.asked_on, q.due_on, s.days, s.recipient
		FROM requested q
		JOIN LATERAL (SELECT max(c.days) AS days, c.recipient FROM unnest(@step_days::int[], @step_recipients::text[]) c(days, recipient)
		              WHERE q.due_on + c.days <= @step_day::date AND q.due_on + c.days > q.asked_on GROUP BY c.recipient) s ON true`

// Arguments are those of Latest on a day.
func (s Steps) Arguments(day calendar.Date) pgx.StrictNamedArgs {
	days, recipients := make([]int, len(s)), make([]Recipient, len(s))
	for i, step := range s {
		days[i], recipients[i] = step.Days, step.To
	}
	return pgx.StrictNamedArgs{"step_day": day, "step_days": days, "step_recipients": recipients}
}

// Reminders are the settings of one kind of deadline.
type Reminders struct {
	Person, Manager, General setting.Of[[]int]
	// OfficeDays is whether nobody is reminded while the offices are closed: what
	// falls on such a day waits for the next on which they are open.
	OfficeDays setting.Of[bool]
}

// Standard is what holds where a town has set nothing.
type Standard struct{ Person, Manager, General []int }

// Words are what the settings of a deadline say: who has something to do, and of each recipient
// what they are told and when.
type Words struct{ Who, Person, Manager, General string }

// NewReminders declares the settings of a deadline: name is stored, title says of
// what it is: 閲読の確認の期限.
func NewReminders(name, title string, words Words, standard Standard) Reminders {
	of := func(to Recipient, whom, help string, days []int) setting.Of[[]int] {
		return setting.NewDays(name+".remind_"+string(to), title+"："+whom+"へのお知らせ", help, days...)
	}
	return Reminders{
		Person:  of(Person, words.Who, words.Person, standard.Person),
		Manager: of(Manager, "課長（情報セキュリティ管理者）", words.Manager, standard.Manager),
		General: of(General, "統括情報セキュリティ責任者", words.General, standard.General),
		OfficeDays: setting.NewSwitch(name+".office_days", title+"：閉庁日にはお知らせを出さない",
			"「はい」にすると、土曜日・日曜日・祝日・年末年始などの閉庁日に当たるお知らせは、次の開庁日に出ます。はじめは「いいえ」で、閉庁日にも出ます。閉庁日は「法令・国の基準」にあります。", false),
	}
}

// Settings are the declarations, for the Part.
func (r Reminders) Settings() []setting.Setting {
	return []setting.Setting{r.Person.Setting, r.Manager.Setting, r.General.Setting, r.OfficeDays.Setting}
}

// farthest is the most days that a setting lets a step be from the last day.
const farthest = 366

// Of are the steps that come before and after a last day, each by what holds on its own day.
func (r Reminders) Of(values setting.Values, due calendar.Date) Steps {
	var steps Steps
	for days := -farthest; days <= farthest; days++ {
		for _, step := range r.On(values, due.AddDays(days)) {
			if step.Days == days {
				steps = append(steps, step)
			}
		}
	}
	return steps
}

// On are the steps that hold on a day.
func (r Reminders) On(values setting.Values, day calendar.Date) Steps {
	var steps Steps
	for _, one := range []struct {
		to   Recipient
		days []int
	}{{Person, r.Person.On(values, day)}, {Manager, r.Manager.On(values, day)}, {General, r.General.On(values, day)}} {
		for _, n := range one.days {
			steps = append(steps, Step{n, one.to})
		}
	}
	order := []Recipient{Person, Manager, General}
	slices.SortStableFunc(steps, func(x, y Step) int {
		return cmp.Or(cmp.Compare(x.Days, y.Days), cmp.Compare(slices.Index(order, x.To), slices.Index(order, y.To)))
	})
	return steps
}
