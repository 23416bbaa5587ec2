package address

// Referrals is where the discipline for a case (6(1)) is recorded, by the case's code.
func Referrals(code string) string { return under(Violation(code), "referrals") }

// NewReferral is where the discipline of somebody is proposed.
func NewReferral(code string) string { return under(Referrals(code), "new") }

// Referral is one person's, by its own code, which tells nothing.
func Referral(code, referral string) string { return under(Referrals(code), referral) }

// ReferralStep is where a step of it is taken: request, convene, hear, meet, report, decide, serve,
// end, decline, withdraw.
func ReferralStep(code, referral, step string) string { return under(Referral(code, referral), step) }

// ReferralPaper is a paper of it, as it is printed: proposal, request or record.
func ReferralPaper(code, referral, paper string) string {
	return under(Referral(code, referral), "papers", paper)
}
