package address

// The pages of the organization without parameters.
const (
	Organization      = "/organization"
	Sections          = "/sections"
	Posts             = "/posts" // those of no section
	People            = "/people"
	Register          = "/register"
	Roles             = "/roles"
	Appointments      = "/appointments" // only what is under it
	Grants            = "/grants"       // only what is under it
	Personnel         = "/personnel"
	PersonnelTemplate = Personnel + "/template.xlsx"
)

// OrganizationOn is the organization on a day, 2026-04-01.
func OrganizationOn(day string) string { return With(Organization, "on", day) }

// Section is a section, by its code.
func Section(code string) string { return under(Organization, code) }

// SectionEdit is where a section is changed.
func SectionEdit(code string) string { return under(Section(code), "edit") }

// SectionReach is where it is set how far a section reaches those inside it.
func SectionReach(code string) string { return under(Section(code), "reach") }

// SectionPosts is where a section is given a post.
func SectionPosts(code string) string { return under(Section(code), "posts") }

// Post is a post, by its key.
func Post(id int64) string { return under(Posts, number(id)) }

// Person is a person, by their 職員番号.
func Person(staff string) string { return under(People, staff) }

// PersonEdit is where a person's entry is changed.
func PersonEdit(staff string) string { return under(Person(staff), "edit") }

// PersonAppoint is where a person is appointed.
func PersonAppoint(staff string) string { return under(Person(staff), "appoint") }

// PersonRoles is where a person is given a role directly.
func PersonRoles(staff string) string { return under(Person(staff), "roles") }

// Appointment is an appointment, by its key.
func Appointment(id int64) string { return under(Appointments, number(id)) }

// Grant is a role that was given directly, by its key.
func Grant(id int64) string { return under(Grants, number(id)) }

// Rule is a line of the table of posts and roles, by its key.
func Rule(id int64) string { return under(Roles, number(id)) }

// PersonnelImport is a list of people that is being read in, by its token.
func PersonnelImport(token string) string { return under(Personnel, token) }

// PersonnelHeadings is where the headings of a list of people are settled.
func PersonnelHeadings(token string) string { return under(PersonnelImport(token), "headings") }

// PersonAbsences is where it is recorded that a person is away.
func PersonAbsences(staff string) string { return under(Person(staff), "absences") }

// PersonAbsence is a person's absence, by its first day, 2026-04-01.
func PersonAbsence(staff, first string) string { return under(PersonAbsences(staff), first) }

// PersonHandover is where what a person holds is handed over.
func PersonHandover(staff string) string { return under(Person(staff), "handover") }
