package authz

import (
	"fmt"
	"strings"
)

// Document is the permission table as docs/permissions.md holds it. A test keeps
// the two the same, so that no cell changes unseen.
func Document() string {
	var b strings.Builder
	b.WriteString("# 権限表\n\n")
	b.WriteString("`internal/authz/table.go` から作られています。変えるときは表を変え、`make generate` を実行してください。\n\n")
	b.WriteString("「全体」はどの課室でも、「自課」は役割を持つ課室、「確認した人」は自分が確認した事案、「対象」は文書の対象になっている人、「本人」は自分についてだけ、「―」は行えないことを表します。※は町で決める欄で、はじめの値を書いています。「町の設定」で、いつからかを決めて変えます。\n")
	b.WriteString("自分についての事案は、どの役割でも自分では決められず、本人が見られるものだけが見えます。役割の人がいないとき、または本人についての事案のときは、図 1.1 の上の役割が代わります。\n")
	b.WriteString("ポータルの利用権限を停止・剥奪・緊急停止された人は、どの役割を持っていても、自分についての違反の記録を見て弁明することのほかは、何も行えません。\n\n")
	b.WriteString("| すること | コード |")
	for _, role := range columns {
		fmt.Fprintf(&b, " %s |", role.Short())
	}
	b.WriteString("\n| --- | --- |" + strings.Repeat(" --- |", len(columns)) + "\n")
	for i, row := range (*Table)(nil).Rows() {
		fmt.Fprintf(&b, "| %s | `%s` |", row.Title, table[i].action)
		for _, cell := range row.Cells {
			fmt.Fprintf(&b, " %s |", cell.Title())
		}
		b.WriteString("\n")
	}
	return b.String()
}
