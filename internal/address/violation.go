package address

import "strconv"

// Where violations are dealt with.
const (
	Violations   = "/violations"
	NewViolation = Violations + "/new"    // one is confirmed at once
	NewReport    = Violations + "/report" // one is reported
)

// Violation is a case, by its code, which tells nothing.
func Violation(code string) string { return under(Violations, code) }

// ViolationStep is where a step of a case is taken, or something of it read: guide, suspend,
// print, readings, ….
func ViolationStep(code, step string) string { return under(Violation(code), step) }

// ViolationPaper is a file that hangs on a case, by its number among all files.
func ViolationPaper(code string, id int64) string {
	return under(ViolationStep(code, "papers"), strconv.FormatInt(id, 10))
}

// Where a 管理者 confirms what somebody of their own 課室 has done, and records that it was put
// right in a talk.
const (
	OwnViolation  = Violations + "/own"
	TalkViolation = Violations + "/talk"
)

// Where violations are reported, and answered.
const (
	TakenReport    = NewReport + "/taken"      // one that came on paper or by telephone
	ReportAnswers  = Violations + "/replies"   // one is looked for by its number
	ReportOpenings = Violations + "/reporters" // who has made one is opened
	ReportHandlers = Violations + "/handlers"  // who else may
)

// ReportAnswer is where a report is answered, by its number.
func ReportAnswer(number string) string { return under(ReportAnswers, number) }

// ReportOpening is where a name is that somebody has opened, by the opening's token.
func ReportOpening(token string) string { return under(ReportOpenings, token) }

// ReportHandler is somebody who may open who has made reports.
func ReportHandler(id int64) string { return under(ReportHandlers, number(id)) }

// ReportPaper is a file of a report of a case, by its number among all files.
func ReportPaper(code string, id int64) string {
	return under(ViolationStep(code, "report-papers"), number(id))
}

// Where cases are counted, and looked through for how long they are kept.
const (
	ViolationFigures      = Violations + "/figures"
	ViolationFiguresPrint = ViolationFigures + "/print"
	ViolationsAlone       = Violations + "/alone"
	ViolationsKept        = Violations + "/keeping"
	ViolationsDisclosure  = Violations + "/disclosure"
)

// ViolationHold is where a hold of a case is lifted.
func ViolationHold(code string, id int64) string {
	return under(ViolationStep(code, "keeping"), number(id))
}
