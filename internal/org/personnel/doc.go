// Package personnel takes in the personnel office's file (名簿): who holds which
// post from which day on.
//
// A file is read (File), and planned against the organization as it stands (Plan):
// what would begin, change and end, and what is wrong with which row. The plan is
// there to be looked at for a day, and then made, all of it or nothing, as long as
// it is still the one that was shown.
package personnel
