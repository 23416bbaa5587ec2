package address

// The pages of the register of information assets without parameters.
const (
	Assets   = "/assets"
	NewAsset = Assets + "/new"
	// AssetKeepers is who keeps the sections' registers, AssetDrafts what they have
	// prepared to be confirmed.
	AssetKeepers = Assets + "/keepers"
	AssetDrafts  = Assets + "/drafts"
	// OwnAssetDrafts is what somebody has drafted and proposed themselves.
	OwnAssetDrafts = Assets + "/mine"
	// AssetsBulk is where what the list shows is changed at once.
	AssetsBulk = Assets + "/bulk"
	// BulkChanges are the changes in bulk that were made.
	BulkChanges = AssetsBulk + "/changes"
	// AssetOverview is the register in numbers.
	AssetOverview = Assets + "/overview"
	// AssetViews is what somebody has saved to ask the list again.
	AssetViews = Assets + "/views"
	// AssetLabels is where the labels of what the list shows are printed.
	AssetLabels = Assets + "/labels"
	// AssetFiles is the 個人情報ファイル簿 of what the list shows, and AssetFilesCSV the same as
	// a file.
	AssetFiles    = Assets + "/files"
	AssetFilesCSV = AssetFiles + ".csv"
)

// AssetsFile is what the list shows as a file, by its extension: .xlsx, .csv.
func AssetsFile(extension string) string { return under(Assets, "export"+extension) }

// BulkChange is one of the changes in bulk that were made.
func BulkChange(token string) string { return under(BulkChanges, token) }

// BulkChangeBack is where it is taken back.
func BulkChangeBack(token string) string { return under(BulkChange(token), "back") }

// AssetLabel is where the label of an asset is printed.
func AssetLabel(code string) string { return under(Asset(code), "label") }

// AssetFile is what the 個人情報ファイル簿 says of an asset.
func AssetFile(code string) string { return under(Asset(code), "file") }

// AssetFileEdit is where that is written.
func AssetFileEdit(code string) string { return under(AssetFile(code), "edit") }

// AssetCopy is where an asset is registered that is like another one, by its 管理番号.
func AssetCopy(code string) string { return With(NewAsset, "from", code) }

// Asset is an asset, by its 管理番号.
func Asset(code string) string { return under(Assets, code) }

// AssetEdit is where it is changed.
func AssetEdit(code string) string { return under(Asset(code), "edit") }

// AssetMissing is where it is said that an asset can't be found.
func AssetMissing(code string) string { return under(Asset(code), "missing") }

// AssetFound is where it is recorded that it was found.
func AssetFound(code string) string { return under(AssetMissing(code), "found") }

// AssetReview is where what was drafted or proposed of it is confirmed or sent back.
func AssetReview(code string) string { return under(Asset(code), "review") }

// AssetWithdraw is where who has drafted or proposed it takes it back.
func AssetWithdraw(code string) string { return under(Asset(code), "withdraw") }

// AssetKeeper is where somebody's naming as one who keeps a register is taken back.
func AssetKeeper(naming int64) string { return under(AssetKeepers, number(naming)) }

// AssetHanding is where the assets of a section that is no more go to another one, by its
// code.
func AssetHanding(section string) string { return under(Assets, "hand", section) }

// DraftsOf is the list of a section's drafts, by its code; of all where it is empty.
func DraftsOf(section string) string {
	u := With(Assets, "state", "draft")
	if section != "" {
		u = With(u, "section", section)
	}
	return u
}

// AssetLookAt is where it is said that all of it is still so.
func AssetLookAt(code string) string { return under(Asset(code), "looked-at") }

// AssetMistake is where it is ended as one that should never have been registered.
func AssetMistake(code string) string { return under(Asset(code), "mistake") }

// AssetVersion is where an earlier version of it is brought back.
func AssetVersion(code string, version int) string {
	return under(Asset(code), "versions", number(version))
}

// AssetMerge is where it is merged into another one, which it stands for twice.
func AssetMerge(code string) string { return under(Asset(code), "merge") }

// AssetMergeInto is where it is compared with that one, by its 管理番号.
func AssetMergeInto(code, into string) string { return With(AssetMerge(code), "into", into) }

// AssetRelations is where it is said what it rests on, and what stops where it stops.
func AssetRelations(code string) string { return under(Asset(code), "relations") }

// AssetPapers is where its papers are.
func AssetPapers(code string) string { return under(Asset(code), "papers") }

// AssetPaper is the file of one of them, by its number.
func AssetPaper(code string, n int) string { return under(AssetPapers(code), number(n)) }

// AssetPaperShown is that file to be looked at in the browser.
func AssetPaperShown(code string, n int) string { return With(AssetPaper(code, n), "show", "1") }

// UsualAssets is what a section usually has, by its code; empty where it is to be chosen.
func UsualAssets(section string) string { return With(Assets+"/usual", "section", section) }

// NewUsualAsset is where a section registers one of them, by its name.
func NewUsualAsset(section, name string) string {
	return With(With(NewAsset, "section", section), "usual", name)
}

// The import of registers without parameters.
const (
	AssetImports  = Assets + "/import"
	AssetTemplate = AssetImports + "/template.xlsx"
)

// AssetImport is a register that somebody has handed in, while they look at what it would do.
func AssetImport(token string) string { return under(AssetImports, token) }

// AssetFaultyRows are the rows of it with something wrong, as a file.
func AssetFaultyRows(token string) string { return under(AssetImport(token), "faulty.csv") }
