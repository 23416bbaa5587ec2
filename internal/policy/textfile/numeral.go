package textfile

import (
	"strconv"
	"strings"
)

// Signs that Word counts by, in their order.
const (
	aiueo    = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
	iroha    = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
	stems    = "甲乙丙丁戊己庚辛壬癸"
	branches = "子丑寅卯辰巳午未申酉戌亥"
	circles  = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"
	brackets = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
	latin    = "abcdefghijklmnopqrstuvwxyz"
	digits   = "〇一二三四五六七八九"
	legal    = "零壱弐参四五六七八九"
)

// numeral writes a number in one of Word's formats (ST_NumberFormat); those that
// are not known, and numbers that a format has no sign for, in digits.
func numeral(format string, n int) string {
	plain := strconv.Itoa(n)
	switch format {
	case "none":
		return ""
	case "decimalZero":
		if n < 10 {
			return "0" + plain
		}
	case "decimalFullWidth", "decimalFullWidth2":
		return fullWidth(plain)
	case "aiueo", "aiueoFullWidth":
		return sign(aiueo, n)
	case "iroha", "irohaFullWidth":
		return sign(iroha, n)
	case "ideographTraditional":
		return sign(stems, n)
	case "ideographZodiac":
		return sign(branches, n)
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese", "ideographEnclosedCircle":
		return sign(circles, n)
	case "decimalEnclosedParen":
		return sign(brackets, n)
	case "decimalEnclosedFullstop":
		return plain + "."
	case "lowerLetter":
		return letters(n)
	case "upperLetter":
		return strings.ToUpper(letters(n))
	case "lowerRoman":
		return roman(n)
	case "upperRoman":
		return strings.ToUpper(roman(n))
	case "japaneseCounting", "chineseCounting", "chineseCountingThousand", "taiwaneseCountingThousand":
		return kanji(n, digits, "十百千")
	case "japaneseLegal":
		return kanji(n, legal, "拾百千")
	case "japaneseDigitalTenThousand", "ideographDigital", "taiwaneseDigital":
		return exchange(plain, digits)
	}
	return plain
}

// sign is the nth of signs.
func sign(signs string, n int) string {
	if list := []rune(signs); n >= 1 && n <= len(list) {
		return string(list[n-1])
	}
	return strconv.Itoa(n)
}

// exchange puts ten signs in the place of the digits.
func exchange(plain, signs string) string {
	list := []rune(signs)
	return strings.Map(func(r rune) rune { return list[r-'0'] }, plain)
}

func fullWidth(plain string) string { return exchange(plain, "０１２３４５６７８９") }

// letters counts a, b, … z, aa, bb, … as Word does.
func letters(n int) string {
	const most = 5 // letters
	if n < 1 || n > most*len(latin) {
		return strconv.Itoa(n)
	}
	return strings.Repeat(latin[(n-1)%len(latin):][:1], (n-1)/len(latin)+1)
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, step := range []struct {
		value int
		sign  string
	}{{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"}, {40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"}} {
		for ; n >= step.value; n -= step.value {
			b.WriteString(step.sign)
		}
	}
	return b.String()
}

// kanji writes a number in words: 二十三. An old form of one (壱) is written
// before tens and hundreds, the plain one (一) is not.
func kanji(n int, signs, powers string) string {
	list, units := []rune(signs), []rune(powers)
	if n == 0 || n > 9999 {
		return exchange(strconv.Itoa(n), signs)
	}
	var b strings.Builder
	plain := strconv.Itoa(n)
	for i, r := range plain {
		digit, power := int(r-'0'), len(plain)-1-i
		if digit == 0 {
			continue
		}
		if digit > 1 || power == 0 || signs == legal {
			b.WriteRune(list[digit])
		}
		if power > 0 {
			b.WriteRune(units[power-1])
		}
	}
	return b.String()
}
