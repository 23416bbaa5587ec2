package walktest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
)

// Every URL that package address names leads to a route.
func TestEveryURLLeadsToARoute(t *testing.T) {
	urls := map[string]string{
		"Home": address.Home, "Notices": address.Notices, "NoticesBefore": address.NoticesBefore(1), "Permissions": address.Permissions, "Settings": address.Settings, "Setting": address.Setting("acknowledgement.remind_person"),
		"Editions": address.Editions, "Edition": address.Edition("holiday"), "EditionRead": address.EditionRead("holiday", 1), "EditionRows": address.EditionRows("holiday"),

		"Policies": address.Policies, "Search": address.Search, "Glossary": address.Glossary, "Imports": address.Imports,
		"Acknowledgements": address.Acknowledgements, "Policy": address.Policy("c"), "Clause": address.Clause("c", "1"),
		"LastingClause": address.LastingClause("c", 1, "1"), "PublicPolicy": address.PublicPolicy("c"),
		"LastingPublicClause": address.LastingPublicClause("c", 1, "1"), "Changes": address.Changes("c"),
		"Comparison": address.Comparison("c"), "ComparisonTo": address.ComparisonTo("c", 2),
		"ComparisonFile": address.ComparisonFile("c", ".docx", 1, 2), "Audience": address.Audience("c"), "Abolition": address.Abolition("c"),
		"Readers": address.Readers("c"), "ReadersAfter": address.ReadersAfter("c", 1), "ReadersFile": address.ReadersFile("c", ".csv"),
		"Reader": address.Reader("c", "1"), "Revisions": address.Revisions("c"), "Revision": address.Revision("c", 1),
		"RevisionClause": address.RevisionClause("c", 1, "1"), "Evidence": address.Evidence("c", 1, ".xlsx"),
		"CISONotice": address.CISONotice("c", 1), "Minutes": address.Minutes("c", 1), "MinutesShown": address.MinutesShown("c", 1), "Acknowledgement": address.Acknowledgement("c", 1),
		"Import": address.Import("t"), "NextImport": address.NextImport("c"),
		"Draft": address.Draft("c"), "DraftStep": address.DraftStep("c", "publish"), "DraftTyped": address.DraftTyped("c"),
		"DraftUnsaved": address.DraftUnsaved("c"), "DraftComments": address.DraftComments("c"), "DraftClauses": address.DraftClauses("c"),
		"DraftClause": address.DraftClause("c", "1", "move"), "NewClause": address.NewClause("c", "1", "after"),
		"DraftClauseTyped": address.DraftClauseTyped("c", "1", "rewrite"), "DraftClausesUnsaved": address.DraftClausesUnsaved("c"),

		"Organization": address.Organization, "OrganizationOn": address.OrganizationOn("2026-04-01"), "Sections": address.Sections,
		"Section": address.Section("c"), "SectionEdit": address.SectionEdit("c"), "SectionPosts": address.SectionPosts("c"), "SectionReach": address.SectionReach("c"),
		"Posts": address.Posts, "Post": address.Post(1), "People": address.People, "Person": address.Person("1"),
		"PersonEdit": address.PersonEdit("1"), "PersonAppoint": address.PersonAppoint("1"), "PersonRoles": address.PersonRoles("1"),
		"PersonHandover": address.PersonHandover("1"), "PersonAbsences": address.PersonAbsences("1"), "PersonAbsence": address.PersonAbsence("1", "2026-04-01"),
		"Register": address.Register, "Appointment": address.Appointment(1), "Grant": address.Grant(1), "Roles": address.Roles, "Rule": address.Rule(1),
		"Personnel": address.Personnel, "PersonnelTemplate": address.PersonnelTemplate, "PersonnelImport": address.PersonnelImport("t"),
		"PersonnelHeadings": address.PersonnelHeadings("t"),
		"Appointments":      "", "Grants": "", // only what is under them

		"AssetViews":    address.AssetViews,
		"AssetOverview": address.AssetOverview,
		"AssetsBulk":    address.AssetsBulk, "BulkChanges": address.BulkChanges, "BulkChange": address.BulkChange("t"), "BulkChangeBack": address.BulkChangeBack("t"), "AssetVersion": address.AssetVersion("c", 1), "AssetMerge": address.AssetMerge("c"), "AssetMergeInto": address.AssetMergeInto("c", "d"),
		"Assets": address.Assets, "NewAsset": address.NewAsset, "AssetsFile": address.AssetsFile(".csv"), "AssetLabels": address.AssetLabels, "AssetLabel": address.AssetLabel("c"), "AssetFiles": address.AssetFiles, "AssetFilesCSV": address.AssetFilesCSV, "AssetFile": address.AssetFile("c"), "AssetFileEdit": address.AssetFileEdit("c"), "AssetCopy": address.AssetCopy("c"), "Asset": address.Asset("c"), "AssetEdit": address.AssetEdit("c"), "AssetMistake": address.AssetMistake("c"), "AssetRelations": address.AssetRelations("c"), "AssetPapers": address.AssetPapers("c"), "AssetPaper": address.AssetPaper("c", 1), "AssetPaperShown": address.AssetPaperShown("c", 1), "UsualAssets": address.UsualAssets("c"), "NewUsualAsset": address.NewUsualAsset("c", "n"),
		"AssetLookAt":    address.AssetLookAt("c"),
		"Communications": address.Communications, "NewCommunication": address.NewCommunication, "NewAssetCommunication": address.NewAssetCommunication("c"), "Communication": address.Communication("c"),
		"CommunicationEdit": address.CommunicationEdit("c"), "CommunicationEnd": address.CommunicationEnd("c"),
		"Stocktakings": address.Stocktakings, "NewStocktaking": address.NewStocktaking, "NewStocktakingCheck": address.NewStocktakingCheck, "Stocktaking": address.Stocktaking("8-1"),
		"StocktakingClosing": address.StocktakingClosing("8-1"), "StocktakingDue": address.StocktakingDue("8-1"), "StocktakingRecord": address.StocktakingRecord("8-1"),
		"StocktakingSection": address.StocktakingSection("8-1", "c"), "StocktakingOf": address.StocktakingOf("8-1", "c", "rest"), "StocktakingAnswer": address.StocktakingAnswer("8-1", "c", "a", "missing"),
		"Violations": address.Violations, "NewViolation": address.NewViolation, "OwnViolation": address.OwnViolation, "TalkViolation": address.TalkViolation,
		"Violation": address.Violation("c"), "ViolationStep": address.ViolationStep("c", "guide"), "ViolationPaper": address.ViolationPaper("c", 1),
		"ViolationFigures": address.ViolationFigures, "ViolationFiguresPrint": address.ViolationFiguresPrint, "ViolationsAlone": address.ViolationsAlone, "ViolationsKept": address.ViolationsKept, "ViolationsDisclosure": address.ViolationsDisclosure,
		"ViolationHold": address.ViolationHold("c", 1),
		"RightReviews":  address.RightReviews, "NewRightReview": address.NewRightReview, "NewRightReviewCheck": address.NewRightReviewCheck, "RightReviewChanges": address.RightReviewChanges,
		"RightReview": address.RightReview("8-1"), "RightReviewClosing": address.RightReviewClosing("8-1"), "RightReviewDue": address.RightReviewDue("8-1"), "RightReviewRecord": address.RightReviewRecord("8-1"),
		"RightReviewFile": address.RightReviewFile("8-1"), "RightReviewSection": address.RightReviewSection("8-1", "c"), "RightReviewOf": address.RightReviewOf("8-1", "c", "rest"),
		"RightConnectors": address.RightConnectors, "NewRightConnector": address.NewRightConnector, "NewConnectorOf": address.NewConnectorOf("ldap"), "RightOrders": address.RightOrders, "RightDrift": address.RightDrift,
		"RightTargets": address.RightTargets, "Connector": address.Connector("c"), "ConnectorAct": address.ConnectorAct("c", "settings"), "ConnectorTargets": address.ConnectorTargets("c", "failed"), "FailedRights": address.FailedRights("c"),
		"ConnectorDrift": address.ConnectorDrift("c"), "TargetByHand": address.TargetByHand(1), "OrderDone": address.OrderDone(1), "DriftApply": address.DriftApply(1),
		"Exceptions": address.Exceptions, "NewException": address.NewException, "ExceptionsFile": address.ExceptionsFile, "NewAssetException": address.NewAssetException("c", "r"), "Exception": address.Exception("c"), "ExceptionStep": address.ExceptionStep("c", "permit"),
		"AssetMissing": address.AssetMissing("c"), "AssetFound": address.AssetFound("c"), "AssetDispose": address.AssetDispose("c"),
		"Disposals": address.Disposals, "Disposal": address.Disposal("c"), "DisposalStep": address.DisposalStep("c", "confirm"), "DisposalFiles": address.DisposalFiles("c"),
		"DisposalFile": address.DisposalFile("c", 1), "DisposalFileShown": address.DisposalFileShown("c", 1),
		"Rights": address.Rights, "NewRight": address.NewRight, "OwnRights": address.OwnRights, "MovedRights": address.MovedRights, "MovedRightsOf": address.MovedRightsOf("M001"), "RightSystems": address.RightSystems, "Right": address.Right("c"), "RightStep": address.RightStep("c", "permit"),
		"PersonRights": address.PersonRights("n"), "NewBar": address.NewBar("n", "cut_conduct"), "Bar": address.Bar("c"), "BarStep": address.BarStep("c", "reinstate"), "BarLetter": address.BarLetter("c"),
		"RightImport": address.RightImport, "RightTemplate": address.RightTemplate, "RightImportOf": address.RightImportOf("t"), "RightImportHeadings": address.RightImportHeadings("t"), "RightAccounts": address.RightAccounts, "RightExport": address.RightExport, "RightLedger": address.RightLedger,
		"SystemRights": address.SystemRights("c"), "SystemRightsSettings": address.SystemRightsSettings("c"),
		"NewReport": address.NewReport, "TakenReport": address.TakenReport, "ReportAnswers": address.ReportAnswers, "ReportAnswer": address.ReportAnswer("c"), "ReportOpenings": address.ReportOpenings,
		"ReportOpening": address.ReportOpening("t"), "ReportHandlers": address.ReportHandlers, "ReportHandler": address.ReportHandler(1), "ReportPaper": address.ReportPaper("c", 1),
		"Loans": address.Loans, "NewLoan": address.NewLoan, "NewAssetLoan": address.NewAssetLoan("c"), "LoanAgain": address.LoanAgain("c"), "Loan": address.Loan("c"), "LoanStep": address.LoanStep("c", "permit"), "LoanSlip": address.LoanSlip("c"),
		"AssetLoans": address.AssetLoans("c"), "AssetLoansIn": address.AssetLoansIn("c", "2026-12"), "AssetOffer": address.AssetOffer("c"),
		"AssetImports": address.AssetImports, "AssetTemplate": address.AssetTemplate, "AssetImport": address.AssetImport("t"), "AssetFaultyRows": address.AssetFaultyRows("t"),
		"AssetKeepers": address.AssetKeepers, "AssetDrafts": address.AssetDrafts, "AssetReview": address.AssetReview("c"),
		"OwnAssetDrafts": address.OwnAssetDrafts, "AssetWithdraw": address.AssetWithdraw("c"), "AssetKeeper": address.AssetKeeper(1), "AssetHanding": address.AssetHanding("c"), "DraftsOf": address.DraftsOf("c"),

		"SignIn": address.SignIn, "PasskeySignInOptions": address.PasskeySignInOptions, "SecondStep": address.SecondStep,
		"SecondStepOptions": address.SecondStepOptions, "SignOut": address.SignOut, "OpenIDReturn": address.OpenIDReturn,
		"Prove": address.Prove, "ProveOptions": address.ProveOptions, "ProveRest": address.ProveRest, "ProveBefore": address.ProveBefore("/"),
		"OwnAccount": address.OwnAccount, "OwnSecondFactor": address.OwnSecondFactor, "OwnSecondFactorApp": address.OwnSecondFactorApp,
		"OwnPasskeyOptions": address.OwnPasskeyOptions,
		"OwnFactorRemoval":  address.OwnFactorRemoval("app"),
		"Accounts":          address.Accounts, "Invitations": address.Invitations, "Account": address.Account("1"), "AccountSecondFactor": address.AccountSecondFactor("1"),
		"Welcome": address.Welcome("t"), "Invitation": address.Invitation("t"),

		"Referrals": address.Referrals("c"), "NewReferral": address.NewReferral("c"), "Referral": address.Referral("c", "r"), "ReferralStep": address.ReferralStep("c", "r", "meet"),
		"ReferralPaper": address.ReferralPaper("c", "r", "proposal"),
	}
	routes := chi.NewRouter()
	for _, route := range town.Start(t).Server.Routes() {
		routes.MethodFunc(route.Method, route.Pattern, func(http.ResponseWriter, *http.Request) {})
	}
	for name, u := range urls {
		path, _, _ := strings.Cut(u, "?")
		path, _, _ = strings.Cut(path, "#")
		if u != "" && !routes.Match(chi.NewRouteContext(), http.MethodGet, path) && !routes.Match(chi.NewRouteContext(), http.MethodPost, path) {
			t.Errorf("%s: nothing answers at %s", name, u)
		}
	}
	for _, name := range namesOf(t, "../../../internal/address") {
		if _, listed := urls[name]; !listed && name != "With" && name != "At" {
			t.Errorf("address.%s does not stand in this test", name)
		}
	}
}

// namesOf are the exported functions and constants of the package in a folder.
func namesOf(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	var names []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(parsed.Name.Name, "_test") {
			continue
		}
		for _, d := range parsed.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names = append(names, d.Name.Name)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if values, ok := spec.(*ast.ValueSpec); ok {
						for _, name := range values.Names {
							names = append(names, name.Name)
						}
					}
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !ast.IsExported(name) })
}
