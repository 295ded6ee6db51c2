package support

import (
	"math"
	"strings"
	"time"
)

// FormatUTC formats seconds since 1970 by a strftime format of %Y %m %d %H %M %S and literals.
func FormatUTC(seconds float64, format string) string {
	rounded := math.RoundToEven(seconds*1e6) / 1e6
	whole := math.Floor(rounded)
	if !(whole >= -62135596800 && whole < 253402300800) {
		Decline("year")
	}
	moment := time.Unix(int64(whole), 0).UTC()
	two := func(n int) string { return Spec{Zero: true, Width: 2}.Int(int64(n)) }
	year := IntText(int64(moment.Year()))
	return strings.NewReplacer("%Y", year, "%m", two(int(moment.Month())), "%d", two(moment.Day()),
		"%H", two(moment.Hour()), "%M", two(moment.Minute()), "%S", two(moment.Second()), "%%", "%").Replace(format)
}
