package support

import "encoding/base64"

// BytesCodec is the codec of bytes.
var BytesCodec = Codec[[]byte]{
	Read: func(_ *Reader, data any) []byte { return bytesOf(data) },
	Write: func(w *Writer, value []byte) {
		w.raw(`{"$bytes":"` + base64.StdEncoding.EncodeToString(value) + `"}`)
	},
}

func bytesOf(data any) []byte {
	inner, ok := tagged(data, "$bytes")
	text, isText := inner.(string)
	if !ok || !isText {
		Decline("type")
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		Decline("type")
	}
	return decoded
}
