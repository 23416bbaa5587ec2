package exception

import (
	"slices"

	"kagami/internal/authz"
	"kagami/internal/calendar"
)

// goesOn is the condition in SQL that another exception, which is permitted or was, goes on
// from an exception e: what was left with e is kept again once that one is over.
const goesOn = `EXISTS (SELECT FROM exception n WHERE n.follows = e.id AND n.decided_by IS NOT NULL AND n.state <> 'refused' AND n.mend_on IS NULL AND (n.ended_on >= n.from_on) IS NOT FALSE)`

// unsettled is the condition in SQL that an exception e is over on the day @today, and nobody
// has recorded yet how its rule is kept again.
const unsettled = `(e.settle_by IS NOT NULL AND e.state <> 'settled' AND (e.state <> 'permitted' OR e.until_on < @today::date) AND NOT ` + goesOn + `)`

// Unsettled tells the same of one.
func (e Exception) Unsettled(day calendar.Date) bool {
	return !e.SettleBy.IsZero() && e.State != Settled && (e.State != Permitted || day.After(e.Until)) && !e.Followed
}

// happens is the case that it is on a day.
func (e Exception) happens(day calendar.Date) Case {
	switch {
	case e.State == Permitted && day.After(e.Until):
		return Over
	case e.State != Permitted && !e.SettleBy.IsZero():
		return Begun
	}
	return ""
}

// settle sets by when it is recorded how the rule is kept again, by a step that leads to a
// state: so many days after its end. What never began leaves nothing to record.
func (e *Exception) settle(event Event, to State, step Step, within int, today calendar.Date) {
	switch {
	case event == EventPermit:
		e.SettleBy = e.Until.AddDays(within)
	case to == Refused && !e.DoneSince.IsZero():
		e.SettleBy = step.On
	case to == Ended && today.Before(e.From):
		e.SettleBy = calendar.Date{}
	case to == Ended, to == Withdrawn && !e.DoneSince.IsZero():
		e.SettleBy = today.AddDays(within)
	}
}

// Ending is how it came to its end, in words; empty where it is under way.
func (e Exception) Ending(day calendar.Date) string {
	switch {
	case e.State != Settled && e.State != Permitted && e.State != Asked:
		return e.State.Title()
	case e.State == Permitted && day.After(e.Until):
		return overTitle
	case e.State != Settled:
		return ""
	case e.DecidedOn.IsZero():
		return Withdrawn.Title()
	case !e.MendOn.IsZero():
		return Refused.Title()
	case !e.EndedOn.IsZero():
		return Ended.Title()
	}
	return overTitle
}

const overTitle = "期限切れ"

// InWords is where it stands on a day, with how it ended and whether it is settled.
func (e Exception) InWords(day calendar.Date) string {
	switch {
	case e.Unsettled(day):
		return e.Ending(day) + "（後始末 未了）"
	case e.State == Settled:
		return e.State.Title() + "（" + e.Ending(day) + "）"
	}
	return e.Standing(day)
}

// WasPermitted tells whether somebody has permitted it, also where it is over since.
func (e Exception) WasPermitted() bool {
	return !e.DecidedOn.IsZero() && e.State != Refused && e.MendOn.IsZero()
}

// ReportedOn is the day on which it was asked for: of what was done already, that of the report.
func (e Exception) ReportedOn() calendar.Date { return calendar.Day(e.AskedAt) }

// Late tells whether what was done already was reported later than the town lets it.
func (e Exception) Late() bool { return !e.ReportBy.IsZero() && e.ReportedOn().After(e.ReportBy) }

// late is the same in SQL.
const late = `coalesce((e.asked_at AT TIME ZONE 'Asia/Tokyo')::date > e.report_by, false)`

// own is the condition in SQL that how the rule of an exception e is kept again is for the
// actor to record: they have asked for it and may still, or they are the 管理者 of a section
// that answers for it.
const own = `(e.asked_by = @actor AND (@all_ask OR e.section_id = ANY(@asks) OR e.id IN (SELECT h.exception_id FROM exception_elsewhere h WHERE h.section_id = ANY(@asks)))
	OR e.section_id = ANY(@leads) OR e.id IN (SELECT h.exception_id FROM exception_elsewhere h WHERE h.section_id = ANY(@leads)))`

// ownArguments are the arguments of own.
func ownArguments(actor authz.Actor) map[string]any {
	lead := actor
	lead.Holdings = slices.DeleteFunc(slices.Clone(actor.Holdings), func(h authz.Holding) bool { return h.Role != authz.SecurityManager })
	return map[string]any{
		"actor": actor.Person, "all_ask": actor.Reach(authz.AskExceptions) == authz.All, "asks": actor.Sections(authz.AskExceptions), "leads": lead.Sections(authz.AskExceptions),
	}
}
