// Package exception is what need not be kept for a time (例外措置): asked for with what is
// done instead, permitted by the CISO or whom the town names besides, never by who asked,
// looked at again before its last day, and over by itself after it. Whether one is in force
// is asked of a day: nothing has to run for it to end. What is over is settled: somebody of
// the section records how the rule is kept again.
//
// What was asked for is never changed: who errs withdraws and asks anew, and one that is to
// go on longer is asked for anew too, following the one before.
package exception
