// Package attachment keeps files that hang on what the town records, such as the
// minutes of a decision, in pieces in the portal's own database: in its backups and
// under its rules like all else.
//
// A file comes in in two steps. Upload writes its pieces as they come, each in a
// statement of its own, looks at what it is, has it scanned, and finishes it. It
// hangs on nothing yet: only who has sent it can name it, by its token. Then the
// change of whoever owns the matter ties it, by Tie, through the door with all else
// that the change writes. So a slow upload holds no transaction open, no connection
// and no lock that another waits for, its sender's rights are asked at the end of it,
// and a form with a mistake does not lose the file. What is not tied within a day is
// swept.
//
// Nobody reads a file here by its id: Open asks the owner of the matter for it, who
// looks up whether the actor may see the matter. It hands out the pieces one at a
// time, so that a reader of any file takes the memory of one.
package attachment
