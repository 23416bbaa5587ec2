package rights

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/task"
)

// OnPage is how many rights a page of the ledger has.
const OnPage = 100

// onPageAndNext is how many are looked for, so that it is known whether there is a next page.
const onPageAndNext = OnPage + 1

// Choice is a choice of rights by where they stand.
type Choice struct {
	Key, Title string
	condition  string // in SQL, of a right r
	waits      bool   // it is what waits for the actor
	// few are like that, whatever the town: they are looked for first, and only then whether
	// the rest that was asked for is true of them
	few bool
	// most are like that, whatever the town: they are looked for among the newest first
	most bool
}

// The keys of choices that other pages lead to.
const (
	ToPermit = "to_permit"
	Moving   = "moved"
)

// Choices are the choices, in the order in which they are offered.
var Choices = []Choice{
	{Key: "in_force", Title: "使える", condition: usableOne, most: true},
	{Key: "asked", Title: "申請中", condition: `r.state = 'asked'`, few: true},
	{Key: "upcoming", Title: "使い始める前", condition: `r.id = ANY(ARRAY(SELECT u.id FROM access_right u WHERE u.state = 'permitted' AND u.from_on > @today::date))`, few: true},
	{Key: Moving, Title: "異動・退職で使えなくなったもの", condition: `r.state = 'permitted' AND r.id = ANY(ARRAY(SELECT q.right_id FROM right_question q WHERE q.answer IS NULL))`, few: true},
	{Key: "barred", Title: "停止中", condition: `r.state = 'permitted' AND r.person_id = ANY(ARRAY(SELECT b.person_id FROM right_barred b WHERE b.during @> @now::timestamptz)) AND NOT ` + unbarredOne, few: true},
	{Key: "privileged", Title: "特権・共用・保守", condition: `r.state = 'permitted' AND r.kind <> 'general'`, few: true},
	{Key: "over", Title: "終了・不許可・取り下げ", condition: `r.state IN ('ended', 'refused', 'withdrawn')`},
	{Key: ToPermit, Title: "自分が許可を決めるもの", condition: `r.state = 'asked' AND @seen_by NOT IN (r.person_id, r.asked_by) AND r.asset_id = ANY(ARRAY(SELECT y.id FROM system_shown y WHERE y.section_id = ANY(@permit_sections)))`, waits: true, few: true},
}

// usableOne is Usable, asked of one right after another until a page is full: OFFSET 0 keeps
// the database from gathering for a page what it would need for all rights at once.
const (
	unbarredOne = `NOT EXISTS (SELECT FROM right_barred b WHERE b.person_id = r.person_id AND (b.right_id IS NULL OR b.right_id = r.id) AND b.during @> @now::timestamptz OFFSET 0)`
	usableOne   = `r.state IN ('permitted', 'ended') AND EXISTS (SELECT FROM system_shown y WHERE y.id = r.asset_id AND y.counts OFFSET 0)
		AND EXISTS (SELECT FROM right_held h WHERE h.right_id = r.id AND h.period @> @today::date OFFSET 0) AND ` + unbarredOne
)

// Search is what somebody looks for in the ledger. What is empty leaves out nothing.
type Search struct {
	Choice  string // a key of Choices; another one leaves out nothing
	Section string // the code of the section whose people have them, or whose work they are for
	System  string // a 管理番号
	Person  string // a 職員番号, or what is in a name
	After   string // empty, or Next of the page before
}

// Page is a page of the ledger.
type Page struct {
	Rights []Right
	Next   string // what Search.After is for the next page; empty on the last
	Stamp  Stamp  // what it was drawn from; the zero value where that is not known
}

// List finds rights, the newest first, as far as the actor may see them.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	stamp, cacheable := s.stamp(actor, q)
	if !cacheable {
		return s.draw(ctx, actor, q)
	}
	return s.caches.pages.Get(stamp, func() (Page, error) {
		page, err := s.draw(ctx, actor, q)
		page.Stamp = stamp
		return page, err
	})
}

// draw looks a page up in the ledger.
func (s *Service) draw(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	tries, args, err := s.ids(ctx, actor, q)
	if err != nil {
		return Page{}, err
	}
	var list []Right
	for _, found := range tries {
		list, err = postgres.List[Right](ctx, s.pool, "listing rights", selectRight+` WHERE r.id = ANY(ARRAY(`+found+`)) ORDER BY r.id DESC`, args)
		if err != nil {
			return Page{}, err
		}
		if len(list) > OnPage {
			break
		}
	}
	for i := range list {
		list[i].Standing = list[i].Standing.Shown(list[i].barsShown(actor))
	}
	if len(list) <= OnPage {
		return Page{Rights: list}, nil
	}
	return Page{Rights: list[:OnPage], Next: list[OnPage-1].Code}, nil
}

// newestLooked is among how many of the newest rights a page is looked for first, where most
// rights are what is looked for.
const newestLooked = 4 * OnPage

// ids are in SQL the ids of the page that is looked for, and the arguments; of several, the
// first that fill a page are all of it, and otherwise the last are. What has only
// a few by its choice is looked at one by one. Of people, of a section, or of what somebody sees, each person's, section's and system's are looked
// for on their own, and the newest of all these taken: so many conditions joined by OR would
// let the database go through the whole ledger.
func (s *Service) ids(ctx context.Context, actor authz.Actor, q Search) ([]string, pgx.StrictNamedArgs, error) {
	args := Instant(s.door.Now())
	all := actor.Reach(authz.ReadRights) == authz.All
	section, person := strings.TrimSpace(q.Section), strings.TrimSpace(q.Person)
	var (
		choice     Choice
		conditions []string
	)
	for _, c := range Choices {
		if c.Key == q.Choice {
			choice = c
		}
	}
	if choice.waits {
		args["permit_sections"] = actor.Sections(authz.PermitRights)
	}
	if choice.waits || !all {
		args["seen_by"] = actor.Person
	}
	if !all {
		args["seen_people"], args["seen_systems"] = actor.Sections(authz.ReadRights), actor.Sections(authz.ReadSystemRights)
	}
	must := func(condition, name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			conditions = append(conditions, condition)
			args[name] = value
		}
	}
	if person != "" {
		found, err := s.peopleOf(ctx, person)
		if err != nil {
			return nil, nil, err
		}
		args["persons"] = found
	}
	must(`r.id < (SELECT id FROM access_right WHERE code = @after)`, "after", q.After)
	if section != "" {
		id, people, err := s.sectionPeople(ctx, section)
		if err != nil {
			return nil, nil, err
		}
		args["section"], args["people"] = id, people
	}
	var ways []way
	if !choice.few {
		switch {
		case person != "":
			ways = waysOfPeople
		case section != "":
			ways = waysOfSection
		case !all:
			ways = waysOfSeen
		}
	}
	ofSystem := `r.asset_id = (SELECT id FROM system_shown WHERE code = @system)`
	if choice.few || ways != nil {
		// what is looked at is few already: no index of a system that everybody uses makes it fewer
		ofSystem = `(` + ofSystem + `) IS TRUE`
	}
	must(ofSystem, "system", q.System)
	if person != "" && ways == nil {
		conditions = append(conditions, anyOf(waysOfPeople))
	}
	if section != "" && (person != "" || ways == nil) {
		conditions = append(conditions, anyOf(waysOfSection))
	}
	if !all && (section != "" || person != "" || ways == nil) {
		conditions = append(conditions, anyOf(waysOfSeen))
	}
	var tries []string
	if choice.most && ways != nil {
		tries = append(tries, `SELECT r.id FROM access_right r WHERE r.id = ANY(ARRAY(`+newest(ways, conditions, newestLooked)+`)) AND `+choice.condition+` ORDER BY r.id DESC LIMIT `+strconv.Itoa(onPageAndNext))
	}
	if choice.condition != "" {
		conditions = append(conditions, choice.condition)
	}
	return append(tries, newest(ways, conditions, onPageAndNext)), args, nil
}

// mostPeople is of how many people whose name was asked for the rights are looked for.
const mostPeople = 100

// peopleOf are who has a 職員番号, or where nobody has, in whose name or フリガナ it is.
func (s *Service) peopleOf(ctx context.Context, words string) ([]int64, error) {
	words = strings.ReplaceAll(strings.ToLower(norm.NFKC.String(words)), " ", "")
	found, err := postgres.One[struct{ People []int64 }](ctx, s.pool, "finding whose rights are looked for", `
		WITH numbered AS (SELECT id FROM person_shown WHERE lower(staff_number) = @words)
		SELECT CASE WHEN EXISTS (SELECT FROM numbered) THEN ARRAY(SELECT id FROM numbered)
			ELSE ARRAY(SELECT id FROM person_shown WHERE strpos(search, @words) > 0 ORDER BY id LIMIT @limit) END AS people`,
		pgx.StrictNamedArgs{"words": words, "limit": mostPeople})
	return found.People, err
}

// way is a way by which rights are found: a column of theirs, and in SQL what it is.
type way struct{ column, values string }

var (
	waysOfPeople  = []way{{"person_id", `SELECT unnest(@persons::bigint[])`}}
	waysOfSection = []way{{"section_id", `SELECT @section::bigint`}, {"person_id", `SELECT unnest(@people::bigint[])`}}
	// waysOfSeen say what seen says; a test holds the two together
	waysOfSeen = []way{
		{"person_id", `SELECT @seen_by::bigint UNION SELECT w.person_id FROM standing w WHERE w.section_id = ANY(@seen_people) AND w.period @> @today::date`},
		{"asked_by", `SELECT @seen_by::bigint`},
		{"section_id", `SELECT unnest(@seen_people::bigint[])`},
		{"asset_id", `SELECT y.id FROM system_shown y WHERE y.section_id = ANY(@seen_systems)`},
	}
)

// anyOf says in SQL of a right r that it is found by one of several ways.
func anyOf(ways []way) string {
	var found []string
	for _, w := range ways {
		found = append(found, `r.`+w.column+` IN (`+w.values+`)`)
	}
	return `(` + strings.Join(found, " OR ") + `)`
}

// newest are in SQL the ids of the newest rights, up to a limit, that are
// found by any of some ways, by none for all, and of which the conditions are true.
func newest(ways []way, conditions []string, limit int) string {
	page := func(condition ...string) string {
		where := ""
		if condition = append(condition, conditions...); len(condition) > 0 {
			where = ` WHERE ` + strings.Join(condition, " AND ")
		}
		return `SELECT r.id FROM access_right r` + where + ` ORDER BY r.id DESC LIMIT ` + strconv.Itoa(limit)
	}
	if ways == nil {
		return page()
	}
	var branches []string
	for _, w := range ways {
		branches = append(branches, `SELECT f.id FROM (`+w.values+`) AS x(value) CROSS JOIN LATERAL (`+page(`r.`+w.column+` = x.value`)+`) f`)
	}
	return strings.Join(branches, " UNION ") + ` ORDER BY id DESC LIMIT ` + strconv.Itoa(limit)
}

// sectionPeople are a section, by its code, and who works there today.
func (s *Service) sectionPeople(ctx context.Context, code string) (id int64, people []int64, err error) {
	found, err := postgres.One[struct {
		ID     int64
		People []int64
	}](ctx, s.pool, "finding who works in a section", `
		SELECT s.id, ARRAY(SELECT DISTINCT w.person_id FROM standing w WHERE w.section_id = s.id AND w.period @> @today::date) AS people FROM section_shown s WHERE s.code = @code`,
		pgx.StrictNamedArgs{"code": code, "today": s.today()})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, []int64{}, nil
	}
	return found.ID, found.People, err
}

// Person is somebody as the ledger shows them.
type Person struct {
	ID                int64
	StaffNumber, Name string
	Post              string // where they work today, in words; empty for nowhere
	Section           int64
	Sections          []int64 // where they work today
}

// FindPerson returns somebody by their 職員番号, the empty one for the actor, of whose rights
// the actor may see all. NotFound for anybody else.
func (s *Service) FindPerson(ctx context.Context, actor authz.Actor, number string) (Person, error) {
	p, err := postgres.One[Person](ctx, s.pool, "finding whose rights are looked at", `
		SELECT p.id, p.staff_number, p.name, coalesce(q.post, '') AS post, coalesce(q.section_id, 0) AS section,
		       ARRAY(SELECT DISTINCT w.section_id FROM standing w WHERE w.person_id = p.id AND w.period @> @today::date AND w.section_id IS NOT NULL) AS sections
		FROM person_shown p LEFT JOIN LATERAL (SELECT w.section_id, concat_ws(' ', x.name, w.title) AS post FROM standing w LEFT JOIN section_shown x ON x.id = w.section_id
			WHERE w.person_id = p.id AND w.period @> @today::date ORDER BY w.acting, w.position, w.id LIMIT 1) q ON true
		WHERE CASE WHEN @number = '' THEN p.id = @actor ELSE lower(p.staff_number) = lower(@number) END`,
		pgx.StrictNamedArgs{"number": strings.TrimSpace(number), "actor": actor.Person, "today": s.today()})
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !p.seenBy(actor) {
		return Person{}, errNobody()
	}
	return p, err
}

func errNobody() error {
	return fault.New(fault.NotFound, "この職員番号の人は、見つかりません。番号を確かめてください。")
}

// seenBy tells whether the actor may see all of somebody's rights.
func (p Person) seenBy(actor authz.Actor) bool {
	for _, section := range append([]int64{0}, p.Sections...) {
		if _, may := actor.May(authz.ReadRights, authz.Matter{Person: p.ID, PersonsSection: section}); may {
			return true
		}
	}
	return false
}

// OfPerson are all rights of somebody whom FindPerson found: what counts first.
func (s *Service) OfPerson(ctx context.Context, actor authz.Actor, p Person) ([]Right, error) {
	args := Instant(s.door.Now())
	args["person"] = p.ID
	list, err := postgres.List[Right](ctx, s.pool, "listing the rights of a person", selectRight+`
		WHERE r.person_id = @person ORDER BY r.state IN ('ended', 'refused', 'withdrawn'), r.id DESC LIMIT 1000`, args)
	for i := range list {
		list[i].Standing = list[i].Standing.Shown(list[i].barsShown(actor))
	}
	return list, err
}

// Offered are the systems for which somebody can ask.
func (s *Service) Offered(ctx context.Context, actor authz.Actor) ([]System, error) {
	if actor.Reach(authz.AskRights) == authz.None {
		return nil, nil
	}
	return postgres.List[System](ctx, s.pool, "listing the systems", selectSystem+` WHERE y.counts AND y.state <> 'draft' ORDER BY coalesce(e.everywhere, false) DESC, s.position, y.code LIMIT 2000`)
}

// SystemLine is a system in the list of those that the actor answers for, or sees.
type SystemLine struct {
	System
	People int // who may use it: rights that are permitted
	Asked  int
}

// ledgersSystem tells in SQL of a system y that it is one of the ledger, of whose rights the
// actor may see all.
const ledgersSystem = `(y.counts OR EXISTS (SELECT FROM access_right r WHERE r.asset_id = y.id AND r.state = 'permitted' OFFSET 0)) AND (@all OR y.section_id = ANY(@sections))`

// seenSystems are its arguments.
func seenSystems(actor authz.Actor) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"all": actor.Reach(authz.ReadSystemRights) == authz.All, "sections": actor.Sections(authz.ReadSystemRights)}
}

// SystemNames are those systems, to choose one of.
func (s *Service) SystemNames(ctx context.Context, actor authz.Actor) ([]System, error) {
	return postgres.List[System](ctx, s.pool, "listing systems to choose", selectSystem+` WHERE `+ledgersSystem+` ORDER BY s.position, s.code, y.code LIMIT 5000`, seenSystems(actor))
}

// SystemPage is a page of the systems.
type SystemPage struct {
	Systems []SystemLine
	Next    string // what the next page comes after; empty on the last
}

// Systems are the systems of whose rights the actor may see all, with how many these are, by
// section and 管理番号: of all or of those in whose name some words are, or that they number, after one by
// its number.
func (s *Service) Systems(ctx context.Context, actor authz.Actor, words, after string) (SystemPage, error) {
	// those of a page are found first, and only the rights of these are counted
	args := seenSystems(actor)
	args["words"], args["after"], args["limit"] = strings.TrimSpace(words), after, onPageAndNext
	list, err := postgres.List[SystemLine](ctx, s.pool, "listing the systems of the ledger", `
		SELECT z.*, c.people, c.asked FROM (`+selectSystem+` WHERE `+ledgersSystem+`
			  AND (@words = '' OR strpos(lower(y.name), lower(@words)) > 0 OR lower(y.code) = lower(@words))
			  AND (@after = '' OR (s.position, s.code, y.code) > (SELECT t.position, t.code, f.code FROM system_shown f JOIN section_shown t ON t.id = f.section_id WHERE f.code = @after))
			ORDER BY s.position, s.code, y.code LIMIT @limit) z JOIN section_shown o ON o.id = z.section
		CROSS JOIN LATERAL (SELECT
			(SELECT count(*) FROM (SELECT DISTINCT r.person_id FROM access_right r WHERE r.asset_id = z.id AND r.state = 'permitted') u) AS people,
			(SELECT count(*) FROM access_right r WHERE r.asset_id = z.id AND r.state = 'asked') AS asked) c
		ORDER BY o.position, o.code, z.code`, args)
	if len(list) <= OnPage {
		return SystemPage{Systems: list}, err
	}
	return SystemPage{Systems: list[:OnPage], Next: list[OnPage-1].Code}, err
}

// Colleagues are those for whom the actor can ask: who works today in their sections.
func (s *Service) Colleagues(ctx context.Context, actor authz.Actor) ([]Person, error) {
	return postgres.List[Person](ctx, s.pool, "listing for whom somebody can ask", `
		SELECT id, staff_number, name, post, section, '{}'::bigint[] AS sections FROM (
			SELECT DISTINCT ON (p.id) p.id, p.staff_number, p.name, concat_ws(' ', x.name, w.title) AS post, w.section_id AS section, w.position
			FROM standing w JOIN person_shown p ON p.id = w.person_id LEFT JOIN section_shown x ON x.id = w.section_id
			WHERE w.section_id = ANY(@sections) AND w.period @> @today::date ORDER BY p.id, w.acting, w.position) c
		ORDER BY position, staff_number LIMIT 500`, pgx.StrictNamedArgs{"sections": actor.Sections(authz.AskRights), "today": s.today()})
}

// Waiting is what waits for somebody.
type Waiting struct {
	ToPermit int
	Moved    int           // rights of who has come by a transfer
	Due      calendar.Date // until when the first of these is to be answered; zero for none
	Cuts     int           // cuts that the CISO has not confirmed
	CutsEnd  calendar.Date // when the first of these ends; zero for none
}

// waitingKey names what it depends on how much waits for somebody.
type waitingKey struct {
	person               int64
	day                  calendar.Date
	organization, rights int64
}

// cachedWaiting is how many answers are in the cache: those who sign in on a day in a large
// town.
const cachedWaiting = 20_000

// QueueWaiting asks in a batch what waits for the actor, where the cache has it not; for
// nothing where nothing could.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(Waiting)) {
	permit, review := actor.Sections(authz.PermitRights), actor.Sections(authz.ReviewRights)
	if len(permit) == 0 && len(review) == 0 && len(actor.Places(authz.ReviewRights)) == 0 && !actor.Has(authz.CISO) {
		return
	}
	key := waitingKey{person: actor.Person, day: s.today()}
	organization, known := actor.State.Of(org.ChangeCounter)
	rights, counted := actor.State.Of(ChangeCounter)
	key.organization, key.rights = organization, rights
	if cached, ok := s.caches.waiting.Look(key); ok && known && counted {
		take(cached)
		return
	}
	theirs, args := answeredBy(actor)
	maps.Copy(args, InstantAnd(s.door.Now(), pgx.StrictNamedArgs{"permit": permit, "actor": actor.Person, "ciso": actor.Has(authz.CISO)}))
	task.Rows(b, "counting rights that wait", pgx.RowToStructByName[Waiting], func(rows []Waiting) {
		if known && counted {
			s.caches.waiting.Add(key, rows[0])
		}
		take(rows[0])
	}, `
		SELECT (SELECT count(*) FROM access_right r JOIN system_shown y ON y.id = r.asset_id WHERE r.state = 'asked' AND y.section_id = ANY(@permit) AND @actor NOT IN (r.person_id, r.asked_by)) AS to_permit,
		       m.moved, m.due, c.cuts, c.cuts_end
		FROM (SELECT count(*) AS moved, min(e.due_on) AS due FROM (`+openQuestions+`) e WHERE e.person_id <> @actor AND @today::date IS NOT NULL AND `+theirs+`) m,
		     (SELECT count(*) AS cuts, (min(b.to_at) AT TIME ZONE 'Asia/Tokyo')::date - 1 AS cuts_end FROM right_bar b
		      WHERE @ciso AND b.kind = 'conduct_cut' AND b.confirmed_by IS NULL AND b.to_at > @now AND b.person_id <> @actor) c`,
		args)
}

// AskList refuses who sees no rights but their own.
func (s *Service) AskList(actor authz.Actor) error {
	if actor.Reach(authz.ReadRights) < authz.Own && actor.Reach(authz.ReadSystemRights) < authz.Own {
		return fault.New(fault.Forbidden, "アカウント管理台帳は、あなたの役割では見られません。自分の利用権限は、「自分の利用権限」で見られます。")
	}
	return nil
}

// Section is one whose people's rights somebody sees.
type Section struct{ Code, Name string }

// Sections are those of whose people, or for whose work, the actor may see the rights.
func (s *Service) Sections(ctx context.Context, actor authz.Actor) ([]Section, error) {
	draw := func() ([]Section, error) {
		return postgres.List[Section](ctx, s.pool, "listing the sections whose rights somebody sees", `
			SELECT code, name FROM section_shown WHERE (@all OR id = ANY(@sections)) ORDER BY position, code`,
			pgx.StrictNamedArgs{"all": actor.Reach(authz.ReadRights) == authz.All, "sections": actor.Sections(authz.ReadRights)})
	}
	organization, known := actor.State.Of(org.ChangeCounter)
	if !known {
		return draw()
	}
	return s.caches.sections.Get(sectionsKey{reach(actor), organization}, draw)
}
