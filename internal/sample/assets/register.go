package assets

import "kagami/internal/asset"

// limits that go together
var (
	locked   = []asset.Handling{asset.NoTakeOut, asset.Encryption}
	onPaper  = []asset.Handling{asset.NoCopy, asset.NoTakeOut}
	internal = []asset.Handling{asset.NoDistribution}
)

// levels as they are usually met
var (
	grave    = [3]string{"3B", "2", "2"}
	private  = [3]string{"3B", "2", "1"}
	careful  = [3]string{"3C", "2", "1"}
	office   = [3]string{"2", "1", "1"}
	work     = [3]string{"2", "2", "1"}
	lasting  = [3]string{"2", "2", "2"}
	open     = [3]string{"1", "1", "1"}
	openTrue = [3]string{"1", "2", "1"}
	watched  = [3]string{"3C", "2", "2"}
)

const (
	none      = asset.NotPersonal
	personal  = asset.PlainPersonal
	sensitive = asset.Sensitive
	specific  = asset.MyNumberBorne
)

// bySection is what each section of the sample town has, by its code.
var bySection = map[string][]entry{
	"somu": {
		{"庁内ネットワーク", asset.Network, "情報政策", grave, none, "", asset.LGWANZone, "庁舎2階 機械室", "通信機器", nil, ""},
		{"庁内ネットワークの構成図", asset.Document, "情報政策", careful, none, "", asset.LGWANZone, "文書管理システム", "サーバ", []asset.Handling{asset.NoCopy, asset.NoDistribution}, ""},
		{"文書管理システム", asset.System, "文書", watched, personal, "", asset.LGWANZone, "庁舎2階 機械室", "サーバ", nil, ""},
		{"職員の人事記録", asset.Information, "人事", private, sensitive, "", asset.LGWANZone, "人事給与システム", "サーバ", locked, "退職後10年"},
		{"給与の支払調書", asset.Information, "給与", private, specific, asset.NumberRelatedWork, asset.LGWANZone, "人事給与システム", "サーバ", locked, "7年"},
		{"例規集", asset.Information, "法制", openTrue, none, "", asset.InternetZone, "町のホームページ", "サーバ", nil, "常用"},
		{"機械室", asset.Facility, "情報政策", grave, none, "", asset.OfflineZone, "庁舎2階", "部屋", nil, ""},
		{"防災行政無線", asset.System, "防災", [3]string{"2", "2", "2"}, none, "", standalone, "庁舎3階 無線室", "無線設備", nil, ""},
		{"職員の端末の一覧", asset.Information, "情報政策", office, none, "", asset.LGWANZone, "共有フォルダ", "サーバ", internal, "5年"},
	},
	"zeimu": {
		{"住民基本台帳データ", asset.Information, "住民記録", grave, specific, asset.NumberUse, asset.MyNumberZone, "住民記録システム", "サーバ", locked, "常用"},
		{"固定資産課税台帳", asset.Information, "固定資産税", grave, specific, asset.NumberUse, asset.MyNumberZone, "税務システム", "サーバ", locked, "10年"},
		{"住民税の課税資料", asset.Information, "住民税", private, specific, asset.NumberUse, asset.MyNumberZone, "税務システム", "サーバ", locked, "7年"},
		{"住民記録システム", asset.System, "住民記録", grave, specific, asset.NumberUse, asset.MyNumberZone, "庁舎2階 機械室", "サーバ", nil, ""},
		{"税務システム", asset.System, "税", grave, specific, asset.NumberUse, asset.MyNumberZone, "庁舎2階 機械室", "サーバ", nil, ""},
		{"戸籍の届書", asset.Paper, "戸籍", private, sensitive, "", asset.OfflineZone, "書庫1", "紙", onPaper, "27年"},
		{"税務証明の交付申請書", asset.Paper, "税証明", private, personal, "", asset.OfflineZone, "書庫2", "紙", onPaper, "3年"},
		{"印鑑登録の申請書", asset.Paper, "印鑑登録", private, personal, "", asset.OfflineZone, "書庫1", "紙", onPaper, "5年"},
		{"納付勧奨の名簿", asset.Information, "収納", careful, personal, "", asset.InternetZone, "共有フォルダ", "サーバ", []asset.Handling{asset.Encryption}, "5年"},
		{"窓口の受付端末", asset.System, "窓口", careful, personal, "", asset.MyNumberZone, "庁舎1階 窓口", "端末", nil, ""},
		{"課の共有文書", asset.Information, "庶務", office, none, "", asset.LGWANZone, "共有フォルダ", "サーバ", internal, "3年"},
		{"町ホームページの税の案内", asset.Information, "広報", openTrue, none, "", asset.InternetZone, "公開サーバ", "サーバ", nil, ""},
		{twice, asset.Information, "住民記録", grave, specific, asset.NumberUse, asset.MyNumberZone, "住民記録システム", "サーバ", locked, "常用"},
	},
	"fukushi": {
		{"生活保護の相談記録", asset.Information, "生活相談", private, sensitive, "", asset.MyNumberZone, "福祉システム", "サーバ", locked, "5年"},
		{"児童手当の受給者台帳", asset.Information, "児童手当", grave, specific, asset.NumberUse, asset.MyNumberZone, "福祉システム", "サーバ", locked, "5年"},
		{"障害福祉サービスの支給決定", asset.Information, "障害福祉", grave, specific, asset.NumberUse, asset.MyNumberZone, "福祉システム", "サーバ", locked, "5年"},
		{"福祉システム", asset.System, "福祉", grave, specific, asset.NumberUse, asset.MyNumberZone, "庁舎2階 機械室", "サーバ", nil, ""},
		{"保育所の入所申込書", asset.Paper, "保育", private, specific, asset.NumberUse, asset.OfflineZone, "書庫3", "紙", onPaper, "5年"},
		{"民生委員の名簿", asset.Information, "地域福祉", careful, personal, "", asset.LGWANZone, "共有フォルダ", "サーバ", internal, "3年"},
		{"福祉だよりの原稿", asset.Information, "広報", open, none, "", asset.InternetZone, "共有フォルダ", "サーバ", nil, "1年"},
	},
	"kenko": {
		{"検診の結果", asset.Information, "保健", careful, personal, "", asset.MyNumberZone, "健康管理システム", "サーバ", locked, "5年"},
		{"予防接種の記録", asset.Information, "保健", grave, specific, asset.NumberUse, asset.MyNumberZone, "健康管理システム", "サーバ", locked, "5年"},
		{"健康管理システム", asset.System, "保健", grave, specific, asset.NumberUse, asset.MyNumberZone, "庁舎2階 機械室", "サーバ", nil, ""},
		{"母子保健の相談票", asset.Paper, "保健", private, sensitive, "", asset.OfflineZone, "書庫3", "紙", onPaper, "5年"},
		{"ごみの収集日程", asset.Information, "環境", openTrue, none, "", asset.InternetZone, "町のホームページ", "サーバ", nil, ""},
		{"飼い犬の登録台帳", asset.Information, "環境", work, personal, "", asset.LGWANZone, "共有フォルダ", "サーバ", internal, "常用"},
	},
	"sangyo": {
		{"商工業者への補助金の申請書", asset.Paper, "商工", careful, personal, "", asset.OfflineZone, "書庫4", "紙", onPaper, "5年"},
		{"農地の貸し借りの記録", asset.Information, "農政", careful, personal, "", asset.LGWANZone, "共有フォルダ", "サーバ", internal, "常用"},
		{"観光案内の写真", asset.Information, "観光", open, none, "", asset.InternetZone, "共有フォルダ", "サーバ", nil, ""},
		{"イベントの申込者の名簿", asset.Information, "観光", work, personal, "", asset.InternetZone, "申込フォームのサービス", "クラウドサービス", []asset.Handling{asset.Encryption}, "1年"},
	},
	"toshi": {
		{"道路台帳", asset.Information, "道路", lasting, none, "", asset.LGWANZone, "地図情報システム", "サーバ", nil, "常用"},
		{"地図情報システム", asset.System, "都市計画", lasting, none, "", asset.LGWANZone, "庁舎2階 機械室", "サーバ", nil, ""},
		{"工事の設計書（入札前）", asset.Information, "工事", careful, none, "", asset.LGWANZone, "積算システム", "サーバ", []asset.Handling{asset.NoCopy, asset.NoDistribution}, "5年"},
		{"町営住宅の入居者台帳", asset.Information, "住宅", grave, specific, asset.NumberUse, asset.MyNumberZone, "住宅管理システム", "サーバ", locked, "常用"},
		{"現場の写真を撮る端末", asset.Medium, "工事", office, none, "", asset.OfflineZone, "都市建設課の保管庫", "タブレット", nil, ""},
	},
	"suido": {
		{"水道の監視制御システム", asset.System, "浄水", [3]string{"3C", "2", "1"}, none, "", standalone, "浄水場", "制御装置", nil, ""},
		{"水道料金の調定データ", asset.Information, "料金", careful, personal, "", asset.LGWANZone, "水道料金システム", "サーバ", locked, "5年"},
		{"管路の図面", asset.Document, "配水", careful, none, "", asset.LGWANZone, "地図情報システム", "サーバ", []asset.Handling{asset.NoDistribution}, "常用"},
		{"検針用の携帯端末", asset.Medium, "料金", careful, personal, "", asset.OfflineZone, "上下水道課の保管庫", "携帯端末", locked, ""},
	},
	"kyoiku": {
		{"就学援助の申請書", asset.Paper, "学校教育", private, sensitive, "", asset.OfflineZone, "書庫5", "紙", onPaper, "5年"},
		{"学齢簿", asset.Information, "学校教育", careful, personal, "", asset.LGWANZone, "学齢簿システム", "サーバ", locked, "20年"},
		{"教育ネットワーク", asset.Network, "学校教育", [3]string{"3C", "2", "1"}, none, "", "outside", "小中学校", "通信機器", nil, ""},
		{"学校施設の予約情報", asset.Information, "社会教育", work, personal, "", asset.LGWANZone, "共有フォルダ", "サーバ", nil, "1年"},
		{"図書館の貸出記録", asset.Information, "図書館", careful, personal, "", asset.InternetZone, "図書館システム", "サーバ", []asset.Handling{asset.NoDistribution}, "1年"},
	},
	"kaikei": {
		{"支払の口座情報", asset.Information, "出納", private, personal, "", asset.LGWANZone, "財務会計システム", "サーバ", locked, "10年"},
		{"財務会計システム", asset.System, "会計", [3]string{"3B", "2", "2"}, personal, "", asset.LGWANZone, "庁舎2階 機械室", "サーバ", nil, ""},
		{"証拠書類", asset.Paper, "会計", careful, personal, "", asset.OfflineZone, "書庫6", "紙", onPaper, "10年"},
	},
	"gikai": {
		{"会議録", asset.Information, "議事", openTrue, none, "", asset.InternetZone, "町のホームページ", "サーバ", nil, "永久"},
		{"秘密会の記録", asset.Paper, "議事", careful, none, "", asset.OfflineZone, "議会事務局の金庫", "紙", onPaper, "永久"},
	},
	"nogyo": {
		{"農地台帳", asset.Information, "農地", lasting, personal, "", asset.LGWANZone, "農地台帳システム", "サーバ", internal, "常用"},
		{"農地転用の許可申請書", asset.Paper, "農地", work, personal, "", asset.OfflineZone, "書庫4", "紙", onPaper, "10年"},
	},
	"senkan": {
		{"選挙人名簿", asset.Information, "選挙", grave, personal, "", asset.MyNumberZone, "選挙システム", "サーバ", locked, "常用"},
		{"期日前投票の受付端末", asset.System, "選挙", private, personal, "", asset.MyNumberZone, "選挙管理委員会の保管庫", "端末", nil, ""},
	},
}
