package acknowledge

import (
	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/task"
)

// Summary is how many have acknowledged a document's current revision, as far as
// the actor may see it.
type Summary struct {
	policy.Document
	Number       int           // the revision's
	Closes       calendar.Date // the last day in time of those who were asked first; zero for none
	Asked        int           // how many people the revision asks, but for those who are away
	Absent       int           // how many are away beside those, and have not acknowledged it
	Acknowledged int           // how many of them have acknowledged it, or one that counts for it
	On           calendar.Date // the day on which they were counted: today
}

// QueueOutstanding asks in a batch for the revisions that the actor has still to
// acknowledge.
func (s *Service) QueueOutstanding(b *task.Batch, actor authz.Actor, take func(policy.Listed)) {
	s.policy.QueueReadings(b, actor, func(readings []policy.Listed) {
		for _, r := range readings {
			if r.Outstanding() {
				take(r)
			}
		}
	})
}

// current is a document's current revision with who has acknowledged it.
type current struct {
	policy.Document
	policy.Group // whom it asks
	Revision     int64
	Number       int
	Closes       calendar.Date
	Done         []int64 // the people who have acknowledged it
	Away         []int64 // those who are away from work
}

// QueueSummaries asks in a batch for the summaries of the 基本方針 that are not
// abolished, in one statement for all: of each the revision in force, or the first
// to come. The other documents have pages of their own. Whom a revision
// asks is taken from the cache, and asked for where it is not there. It asks for
// nothing where the actor sees nobody's acknowledgements.
func (s *Service) QueueSummaries(b *task.Batch, actor authz.Actor, take func(Summary)) {
	whole, sections, err := seesAcknowledgements(actor)
	if err != nil {
		return
	}
	day := s.today()
	readable, args := policy.Readable(actor)
	args["kind"], args["day"] = policy.Basic, day
	task.Rows(b, "counting acknowledgements", pgx.RowToStructByName[current], func(list []current) {
		for _, c := range list {
			v := view{document: c.ID, revision: c.Revision, asked: c.Group, whole: whole, sections: sections}
			s.queueRoll(b, actor, v, day, func(roll []rollSection) { take(c.summary(v, day, roll)) })
		}
	}, `
		SELECT d.id, d.code, d.kind, d.title, r.id AS revision, r.number, r.due_on AS closes,
		       NOT EXISTS (SELECT FROM campaign_audience WHERE revision_id = r.id) AS everyone,
		       ARRAY(SELECT role FROM campaign_audience WHERE revision_id = r.id AND role IS NOT NULL) AS roles,
		       ARRAY(SELECT section_id FROM campaign_audience WHERE revision_id = r.id AND section_id IS NOT NULL) AS sections,
		       ARRAY(SELECT DISTINCT k.person_id FROM revision kr JOIN acknowledgement k ON k.revision_id = kr.id
		             WHERE kr.document_id = d.id AND kr.state = 'published' AND kr.number BETWEEN r.counts_from AND r.number) AS done,
		       ARRAY(`+policy.AwayOn("@day")+`) AS away
		FROM document d CROSS JOIN LATERAL (`+policy.CurrentRevision+`) r
		WHERE d.kind = @kind AND `+policy.NotAbolished("@day")+` AND `+readable+` ORDER BY d.code`, args)
}

// summary counts those in view.
func (c current) summary(v view, day calendar.Date, roll []rollSection) Summary {
	done, away := make(map[int64]bool, len(c.Done)), make(map[int64]bool, len(c.Away))
	for _, person := range c.Away {
		away[person] = true
	}
	for _, person := range c.Done {
		done[person] = true
	}
	sum := Summary{Document: c.Document, Number: c.Number, Closes: c.Closes, On: day}
	for _, section := range roll {
		if !v.sees(section.ID) {
			continue
		}
		for _, person := range section.People {
			switch {
			case done[person]:
				sum.Asked++
				sum.Acknowledged++
			case away[person]:
				sum.Absent++
			default:
				sum.Asked++
			}
		}
	}
	return sum
}
