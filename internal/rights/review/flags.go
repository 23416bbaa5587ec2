package review

import (
	"kagami/internal/calendar"
	"kagami/internal/rights"
)

// Flag is something that the portal has noticed of a right, which is worth a second look.
type Flag string

// The flags.
const (
	FlagLeft       Flag = "left"       // its person has left
	FlagNoPost     Flag = "no_post"    // its person has never had a post, or not yet
	FlagMoved      Flag = "moved"      // its person works elsewhere since a transfer
	FlagBarred     Flag = "barred"     // it is suspended at the moment
	FlagPrivileged Flag = "privileged" // with it more can be done than by usual work
	FlagShared     Flag = "shared"     // nobody can tell afterwards who it was
	FlagOutsider   Flag = "outsider"   // somebody uses it who is none of the staff
	FlagUnused     Flag = "unused"
	FlagStale      Flag = "stale" // nobody has said for a year that it is needed
	FlagEndsSoon   Flag = "ends_soon"
	FlagDrift      Flag = "drift" // the town's directories say otherwise than the ledger
)

// Title is what the flag is called on screens.
func (f Flag) Title() string {
	switch f {
	case FlagLeft:
		return "退職などで、どこにも勤めていない"
	case FlagNoPost:
		return "発令がない"
	case FlagMoved:
		return "異動している"
	case FlagBarred:
		return "停止中"
	case FlagPrivileged:
		return "特権"
	case FlagShared:
		return "共用"
	case FlagOutsider:
		return "職員でない人が使う"
	case FlagUnused:
		return "半年以上使っていない"
	case FlagStale:
		return "1年以上確かめていない"
	case FlagEndsSoon:
		return "まもなく期限"
	case FlagDrift:
		return "台帳とディレクトリが食い違う"
	}
	return ""
}

const (
	unusedDays = 183
	staleDays  = 365
	soonDays   = 60
)

// Facts are what flags go by.
type Facts struct {
	Standing    rights.Standing
	Kind        rights.Kind
	Outsider    string
	From, Until calendar.Date
	ConfirmedOn calendar.Date // zero where nobody has said yet that it is needed
	Works       bool          // its person has a post today
	Worked      bool          // and had one before
	Came        bool          // they have come from another section since the opening
	UseKnown    bool          // whether its system tells when it was last used
	UsedOn      calendar.Date // zero for never
	Drifts      int           // how many differences the directories show of its person
}

// rules say of each flag whether facts have it on a day, in the order in which flags are shown.
var rules = []struct {
	flag Flag
	has  func(f Facts, day calendar.Date) bool
}{
	{FlagLeft, func(f Facts, _ calendar.Date) bool { return !f.Works && f.Worked }},
	{FlagNoPost, func(f Facts, _ calendar.Date) bool { return !f.Works && !f.Worked }},
	{FlagMoved, func(f Facts, _ calendar.Date) bool { return f.Standing == rights.Moved || f.Came }},
	{FlagBarred, func(f Facts, _ calendar.Date) bool { return f.Standing.Barred() }},
	{FlagPrivileged, func(f Facts, _ calendar.Date) bool { return f.Kind == rights.Privileged }},
	{FlagShared, func(f Facts, _ calendar.Date) bool { return f.Kind == rights.Shared }},
	{FlagOutsider, func(f Facts, _ calendar.Date) bool { return f.Outsider != "" }},
	{FlagUnused, func(f Facts, day calendar.Date) bool {
		last := f.UsedOn
		if last.Before(f.From) { // who has got it lately had no time to use it
			last = f.From
		}
		return f.UseKnown && day.Sub(last) >= unusedDays
	}},
	{FlagStale, func(f Facts, day calendar.Date) bool {
		last := f.ConfirmedOn
		if last.IsZero() { // whoever permitted it has said then that it is needed
			last = f.From
		}
		return day.Sub(last) > staleDays
	}},
	{FlagEndsSoon, func(f Facts, day calendar.Date) bool { return !f.Until.IsZero() && f.Until.Sub(day) <= soonDays }},
	{FlagDrift, func(f Facts, _ calendar.Date) bool { return f.Drifts > 0 }},
}

// Flags are what the portal notices of facts on a day.
func (f Facts) Flags(day calendar.Date) (flags []Flag) {
	for _, r := range rules {
		if r.has(f, day) {
			flags = append(flags, r.flag)
		}
	}
	return flags
}
