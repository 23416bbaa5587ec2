// Package bar is what bars rights to use systems: suspended or revoked by the 統括 after a
// violation (基本方針 6(2)③), or cut in an emergency by those whom the permission table names
// (7(7)); from when until when, of some rights of somebody or of all, and lifted again.
//
// A bar stands beside the rights and changes none of them: the views right_barred and
// portal_barred say of an instant what is barred, and what begins or ends at a midnight needs
// nothing that runs. What follows from it (sign-ins end, directories take it over, people are
// told) is done in the change that begins it, or by a job on its day.
//
// Why is confided: it is in no notice, job, work order or name of anything.
package bar
