// Package parts is the one list of the portal's capabilities.
package parts

import (
	"slices"

	"kagami/internal/asset"
	"kagami/internal/asset/bulk"
	"kagami/internal/asset/catalogue"
	"kagami/internal/asset/classify"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/disposal"
	"kagami/internal/asset/export"
	"kagami/internal/asset/filebook"
	assetfind "kagami/internal/asset/find"
	"kagami/internal/asset/hand"
	assetintake "kagami/internal/asset/intake"
	"kagami/internal/asset/loan"
	"kagami/internal/asset/many"
	"kagami/internal/asset/merge"
	"kagami/internal/asset/missing"
	"kagami/internal/asset/overview"
	"kagami/internal/asset/paper"
	"kagami/internal/asset/propose"
	"kagami/internal/asset/relation"
	"kagami/internal/asset/restore"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/asset/tied"
	"kagami/internal/asset/view"
	"kagami/internal/edition"
	"kagami/internal/exception"
	"kagami/internal/handover"
	"kagami/internal/holiday"
	"kagami/internal/org/absence"
	"kagami/internal/org/keeper"
	orgpersonnel "kagami/internal/org/personnel"
	orgreach "kagami/internal/org/reach"
	"kagami/internal/org/transfer"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/follow"
	"kagami/internal/policy/publish"
	"kagami/internal/rights"
	"kagami/internal/rights/apart"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/outcome"
	rightsreach "kagami/internal/rights/connector/reach"
	ledger "kagami/internal/rights/intake"
	"kagami/internal/rights/review"
	"kagami/internal/rights/settle"
	"kagami/internal/setting"
	"kagami/internal/violation"
	"kagami/internal/violation/authority"
	casebars "kagami/internal/violation/bars"
	casefind "kagami/internal/violation/find"
	casekeeping "kagami/internal/violation/keeping"
	"kagami/internal/violation/referral"
	"kagami/internal/violation/report"
	"kagami/internal/violation/retention"
	"kagami/internal/violation/term"
	webabsence "kagami/web/absence"
	"kagami/web/account"
	"kagami/web/acknowledging"
	webasset "kagami/web/asset"
	webbulk "kagami/web/asset/bulk"
	webcommunication "kagami/web/asset/communication"
	webdisposal "kagami/web/asset/disposal"
	webhand "kagami/web/asset/hand"
	"kagami/web/asset/handout"
	"kagami/web/asset/intake"
	"kagami/web/asset/keeping"
	webloan "kagami/web/asset/loan"
	webmerge "kagami/web/asset/merge"
	webmissing "kagami/web/asset/missing"
	"kagami/web/asset/mistake"
	weboverview "kagami/web/asset/overview"
	"kagami/web/asset/papers"
	webrelation "kagami/web/asset/relation"
	webrestore "kagami/web/asset/restore"
	webstocktaking "kagami/web/asset/stocktaking"
	"kagami/web/asset/views"
	"kagami/web/drafting"
	webedition "kagami/web/edition"
	webexception "kagami/web/exception"
	webhandover "kagami/web/handover"
	"kagami/web/imports"
	"kagami/web/organization"
	"kagami/web/personnel"
	"kagami/web/publishing"
	"kagami/web/reach"
	"kagami/web/reading"
	webrights "kagami/web/rights"
	webconnector "kagami/web/rights/connector"
	rightsintake "kagami/web/rights/intake"
	webreview "kagami/web/rights/review"
	"kagami/web/screen"
	"kagami/web/server"
	websetting "kagami/web/setting"
	"kagami/web/signin"
	webviolation "kagami/web/violation"
	webcasekeeping "kagami/web/violation/keeping"
	caseoverview "kagami/web/violation/overview"
	webreferral "kagami/web/violation/referral"
	webreport "kagami/web/violation/report"
)

// beforePersonnel is the place of the organization, which shows what hangs on a person of
// all the others, among them.
const beforePersonnel = 5

// List makes the capabilities on a ground, in the order in which home shows them
// and the sample town is made of them.
func List(g server.Ground) ([]screen.Part, error) {
	policies, drafts := policy.New(g.Pool, g.Door, g.Now), draft.New(g.Pool, g.Door, g.Now)
	finding, following := find.New(g.Pool, policies), follow.New(g.Pool, policies)
	publications, acknowledgements := publish.New(g.Pool, g.Door, g.Now, drafts), acknowledge.New(g.Pool, g.Door, g.Now, policies)
	assets := tied.New(g.Pool, g.Door)
	proposals := propose.New(g.Pool, g.Door, assets)
	listing, relations, viewing := assetfind.New(g.Pool, assets), relation.New(g.Pool, g.Door, assets), view.New(g.Pool, g.Door)
	manyAssets, assetPapers, talks := many.New(g.Pool, g.Door, assets), paper.New(g.Pool, g.Door, assets), communication.New(g.Pool, g.Door)
	disposals := disposal.New(g.Pool, g.Door, assets, disposal.Ties{Out: loan.Out, Bereft: loan.Bereft, WriteOff: missing.WriteOff})
	lost := missing.New(g.Pool, g.Door, assets, missing.Ties{Spare: disposals.Spare, Bereft: loan.Bereft})
	loans := loan.New(g.Pool, g.Door, loan.Ties{Missing: lostOnLoan(lost)})
	connectors := connector.New(g.Pool, g.Door, g.Keys, g.Log, rightsreach.DialPeers)
	outcomes := outcome.New(g.Pool)
	accessRights := rights.New(g.Pool, g.Door, rights.Ties{Carry: connectors.Carry})
	reports := report.New(g.Pool, g.Door, g.Keys)
	answering := violation.Ties{Reporters: reports.Answer}
	bars := bar.New(g.Pool, g.Door, accessRights, bar.Ties{Out: g.Accounts.Bar, KeepOut: g.Accounts.KeepOut, Owned: casebars.Owned, Cut: violation.Cut, Told: violation.CutTold, Ended: answering.Ended})
	violations := violation.New(g.Pool, g.Door, bars).With(answering)
	keepings := casekeeping.New(g.Pool, g.Door, casekeeping.Ties{Forget: reports.Forget})
	reportScreens := webreport.New(reports, violations, g.Attachments)
	referralScreens := webreferral.New(referral.New(g.Pool, g.Door, violations), casefind.New(g.Pool, g.Now))
	exceptions := exception.New(g.Pool, g.Door)
	texts, err := reading.New(reading.Needs{
		Policy: policies, Find: finding, Follow: following, Draft: drafts, Publish: publications, HidePublic: g.HidePublic, Excepted: exceptedIn(exceptions),
	})
	if err != nil {
		return nil, err
	}
	signIn := signin.New(signin.Services{
		Org: g.Org, Accounts: g.Accounts, Factors: g.Factors, SessionStore: g.SessionStore, Sessions: g.Sessions, Devices: g.Devices,
		Attempts: g.Attempts, Questions: g.Questions, Provider: g.Provider, ProviderName: g.ProviderName,
	})
	accounts := account.New(account.Services{
		Org: g.Org, Accounts: g.Accounts, Factors: g.Factors, SessionStore: g.SessionStore, Sessions: g.Sessions, Devices: g.Devices,
		Attempts: g.Attempts, PublicURL: g.PublicURL, ProviderName: g.ProviderName,
	})
	list := []screen.Part{
		signIn.Part(),
		texts.Part(),
		acknowledging.New(acknowledgements).Part(),
		imports.New(drafts, g.Org).Part(),
		accounts.Part(),
		reach.New(orgreach.New(g.Pool, g.Door)).Part(),
		personnel.New(orgpersonnel.New(g.Pool, g.Door), g.Org).Part(),
		accounts.Managing(),
		drafting.New(drafts, publications).Part(),
		publishing.New(policies, drafts, publications, acknowledgements, g.Org, g.Attachments).Part(),
		webasset.New(assets, manyAssets, listing, relations, assetPapers, proposals, viewing, talks).Part(),
		views.New(viewing).Part(),
		papers.New(assets, assetPapers, g.Attachments).Part(),
		webrelation.New(assets, relations).Part(),
		webmerge.New(merge.New(g.Pool, g.Door, assets), assets).Part(),
		mistake.New(assets, relations).Part(),
		webrestore.New(restore.New(assets), assets).Part(),
		webbulk.New(bulk.New(g.Pool, manyAssets, assets, listing), assets, listing).Part(),
		handout.New(export.New(g.Pool, g.Now, assets, listing), filebook.New(g.Pool, g.Door, assets, listing), g.PublicURL).Part(),
		keeping.New(assets, keeper.New(g.Pool, g.Door), proposals).Part(),
		webhand.New(hand.New(g.Pool, g.Door)).Part(),
		weboverview.New(overview.New(g.Pool, assets), listing, lent(loans), disposedOf(disposals), notThere(lost)).Part(),
		webcommunication.New(talks, assets, listing).Part(),
		webexception.New(exceptions, lookAt(assets), clausesOf(finding)).Part(),
		webdisposal.New(disposals, assets, listing, relations, g.Attachments).Part(),
		webmissing.New(lost, assets).Part(),
		webloan.New(loans).Part(),
		webstocktaking.New(stocktaking.New(g.Pool, g.Door, assets, stocktaking.Ties{Missing: notFound(lost)}), assets).Part(),
		webrights.New(accessRights, bars, settle.New(g.Pool, g.Door, accessRights)).Part(),
		webreview.New(review.New(g.Pool, g.Door, accessRights, review.Ties{Drift: outcomes.DriftForPortal})).Part(),
		webconnector.New(connectors, outcomes).Part(),
		reportScreens.Part(),
		webviolation.New(violations, casefind.New(g.Pool, g.Now), accessRights, g.Attachments, reportScreens.Panel, referralScreens.Panel).Part(),
		caseoverview.New(casefind.New(g.Pool, g.Now), keepings).Part(),
		webcasekeeping.New(keepings, violations).Part(),
		rightsintake.New(ledger.New(g.Pool, g.Door, accessRights, ledger.Ties{Accounts: unknownAccounts(outcomes), Carried: carriedOut(outcomes)}), accessRights).Part(),
		referralScreens.Part(),
		intake.New(assetintake.New(g.Pool, g.Door, assets), assets).Part(),
		{Jobs: g.Attachments.RegisterJobs},
	}
	var hangs []handover.Kind
	var belongs []handover.Belongs
	for _, part := range list {
		hangs = append(hangs, part.Hangs...)
		if part.Belongs != nil {
			belongs = append(belongs, part.Belongs)
		}
	}
	handing := handover.New(g.Pool, g.Door, hangs...)
	away := absence.New(g.Pool, g.Door)
	people := organization.New(g.Org, away, transfer.New(g.Pool), orgreach.New(g.Pool, g.Door), handing, belongs...).Part()
	list = slices.Insert(list, beforePersonnel, people, webabsence.New(g.Org, away).Part(), webhandover.New(g.Org, handing).Part())
	var settings []setting.Setting
	for _, part := range list {
		settings = append(settings, part.Settings...)
	}
	return append(list,
		websetting.New(setting.New(g.Pool, g.Door, settings...)).Part(),
		webedition.New(edition.NewService(g.Pool, g.Door, editionKinds()...), listing.Uses).Part(),
	), nil
}

// editionKinds are what law and guidelines fix, of all capabilities.
func editionKinds() []edition.Kind {
	return slices.Concat(holiday.Kinds(), asset.EditionKinds(), communication.EditionKinds(), disposal.EditionKinds(), loan.EditionKinds(), apart.EditionKinds(),
		authority.EditionKinds(), term.EditionKinds(), retention.EditionKinds(), report.EditionKinds(), []edition.Kind{classify.Questions.Kind, catalogue.Entries.Kind})
}
