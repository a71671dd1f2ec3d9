/*
 * mp.c - the cursor over msgpack: heads, spans, and scalars.
 *
 * Never allocates, copies, or recurses, and never reads outside the input,
 * checked or not. Writing is in codec.c, where the packer lives; what input
 * is acceptable at all is mpcheck.c. Read next: mpcheck.c.
 */
#include "proto/mp.h"

static uint64_t be_get(const uint8_t *p, size_t bytes)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		v = (v << 8) | p[i];
	return v;
}

size_t mp_head_bytes(uint8_t first)
{
	/* 0xc0..0xdf; 0 is never used (0xc1) or ext. */
	static const uint8_t bytes[32] = {
		1, 0, 1, 1, 2, 3, 5, 0, 0, 0, 5, 9, 2, 3, 5, 9,
		2, 3, 5, 9, 0, 0, 0, 0, 0, 2, 3, 5, 3, 5, 3, 5,
	};

	if (first < 0xc0 || first >= 0xe0)
		return 1;
	return bytes[first - 0xc0];
}

/* fixint, fixmap, fixarray, fixstr, nil, and bool: the first byte is all. */
static void head_from_byte(uint8_t first, struct mp_head *out)
{
	out->is_shortest = true;
	out->head_bytes = 1;
	if (first < 0x80) {
		out->type = MP_UINT;
		out->value = first;
	} else if (first < 0x90) {
		out->type = MP_MAP;
		out->value = first & 0x0fu;
	} else if (first < 0xa0) {
		out->type = MP_ARRAY;
		out->value = first & 0x0fu;
	} else if (first < 0xc0) {
		out->type = MP_STR;
		out->value = first & 0x1fu;
	} else if (first == 0xc0) {
		out->type = MP_NIL;
	} else if (first < 0xe0) {
		out->type = MP_BOOL;
		out->value = first & 1u;
	} else {
		out->type = MP_INT;
		out->negative = (int64_t)first - 256;
	}
}

/* Is this the length a number of so many bytes is there for? */
static bool is_shortest_uint(uint64_t value, size_t bytes)
{
	if (bytes == 1)
		return value >= 0x80;
	return (value >> (bytes * 4)) != 0;
}

static bool is_shortest_int(int64_t value, size_t bytes)
{
	static const int64_t above[9] = {
		[1] = -32,
		[2] = INT8_MIN,
		[4] = INT16_MIN,
		[8] = INT32_MIN,
	};

	return value < above[bytes];
}

static void head_from_signed(const uint8_t *p, size_t bytes,
			     struct mp_head *out)
{
	uint64_t raw = be_get(p, bytes);
	uint64_t sign = UINT64_C(1) << (bytes * 8 - 1);

	if ((raw & sign) == 0) {
		/* a form for negatives around what is none */
		out->type = MP_UINT;
		out->value = raw;
		out->is_shortest = false;
		return;
	}
	out->type = MP_INT;
	out->negative = (int64_t)((raw ^ sign) - sign);
	out->is_shortest = is_shortest_int(out->negative, bytes);
}

static void head_from_float(const uint8_t *p, size_t bytes, struct mp_head *out)
{
	uint64_t raw = be_get(p, bytes);
	uint32_t raw32 = (uint32_t)raw;
	float single;

	out->type = MP_FLOAT;
	out->is_shortest = true;
	if (bytes == sizeof single) {
		memcpy(&single, &raw32, sizeof single);
		out->real = (double)single;
		return;
	}
	memcpy(&out->real, &raw, sizeof raw);
}

static void head_from_count(uint8_t first, uint64_t count, size_t bytes,
			    struct mp_head *out)
{
	out->value = count;
	out->is_shortest = bytes == 1 || (count >> (bytes * 4)) != 0;
	if (first >= 0xde) {
		out->type = MP_MAP;
	} else if (first >= 0xdc) {
		out->type = MP_ARRAY;
	} else if (first >= 0xd9) {
		out->type = MP_STR;
	} else {
		out->type = MP_BIN;
		return;
	}
	/* the fix forms hold 31 bytes of str, 15 items or pairs; between
	 * those 15 and 16 bits of count there is nothing for containers */
	if (out->type == MP_STR)
		out->is_shortest = out->is_shortest && count >= 32;
	else if (bytes == 2)
		out->is_shortest = count >= 16;
}

int mp_head_read(struct bytes input, struct mp_head *out)
{
	uint8_t first;
	size_t bytes;
	const uint8_t *number;

	*out = (struct mp_head){ .type = MP_END };
	if (input.len == 0)
		return ERR_MALFORMED;
	first = input.ptr[0];
	out->head_bytes = mp_head_bytes(first);
	if (out->head_bytes == 0 || out->head_bytes > input.len)
		return ERR_MALFORMED;
	if (out->head_bytes == 1) {
		head_from_byte(first, out);
		return 0;
	}
	bytes = out->head_bytes - 1;
	number = input.ptr + 1;
	if (first == 0xca || first == 0xcb) {
		head_from_float(number, bytes, out);
	} else if (first >= 0xcc && first <= 0xcf) {
		out->type = MP_UINT;
		out->value = be_get(number, bytes);
		out->is_shortest = is_shortest_uint(out->value, bytes);
	} else if (first >= 0xd0 && first <= 0xd3) {
		head_from_signed(number, bytes, out);
	} else {
		head_from_count(first, be_get(number, bytes), bytes, out);
	}
	return 0;
}

struct mp_reader mp_reader(struct bytes input)
{
	static const uint8_t nothing[1];

	if (input.len == 0)
		return (struct mp_reader){ nothing, nothing };
	return (struct mp_reader){ input.ptr, input.ptr + input.len };
}

static size_t bytes_left(const struct mp_reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

/* The head at the cursor, which stays. */
static int reader_head(const struct mp_reader *reader, struct mp_head *out)
{
	return mp_head_read(bytes_of(reader->at, bytes_left(reader)), out);
}

enum mp_type mp_peek(const struct mp_reader *reader)
{
	struct mp_head head;

	return reader_head(reader, &head) == 0 ? head.type : MP_END;
}

bool mp_at_end(const struct mp_reader *reader)
{
	return reader->at == reader->end;
}

static int read_type(struct mp_reader *reader, enum mp_type type,
		     struct mp_head *out)
{
	if (reader_head(reader, out) != 0 || out->type != type)
		return ERR_MALFORMED;
	reader->at += out->head_bytes;
	return 0;
}

int mp_read_nil(struct mp_reader *reader)
{
	struct mp_head head;

	return read_type(reader, MP_NIL, &head);
}

int mp_read_bool(struct mp_reader *reader, bool *out)
{
	struct mp_head head;

	if (read_type(reader, MP_BOOL, &head) != 0)
		return ERR_MALFORMED;
	*out = head.value != 0;
	return 0;
}

/* A float as the integer it is; false with a fraction or out of range. */
static bool whole_from_real(double real, struct mp_head *out)
{
	if (real >= 0 && real < 18446744073709551616.0) {
		out->type = MP_UINT;
		out->value = (uint64_t)real;
		return (double)out->value == real;
	}
	if (real < 0 && real >= -9223372036854775808.0) {
		out->type = MP_INT;
		out->negative = (int64_t)real;
		return (double)out->negative == real;
	}
	return false;
}

static int read_whole(struct mp_reader *reader, struct mp_head *out)
{
	if (reader_head(reader, out) != 0)
		return ERR_MALFORMED;
	if (out->type == MP_FLOAT && !whole_from_real(out->real, out))
		return ERR_MALFORMED;
	if (out->type != MP_UINT && out->type != MP_INT)
		return ERR_MALFORMED;
	return 0;
}

int mp_read_uint(struct mp_reader *reader, uint64_t *out)
{
	struct mp_head head;

	if (read_whole(reader, &head) != 0 || head.type != MP_UINT)
		return ERR_MALFORMED;
	reader->at += head.head_bytes;
	*out = head.value;
	return 0;
}

int mp_read_int(struct mp_reader *reader, int64_t *out)
{
	struct mp_head head;

	if (read_whole(reader, &head) != 0)
		return ERR_MALFORMED;
	if (head.type == MP_UINT && head.value > INT64_MAX)
		return ERR_MALFORMED;
	reader->at += head.head_bytes;
	*out = head.type == MP_UINT ? (int64_t)head.value : head.negative;
	return 0;
}

int mp_read_float(struct mp_reader *reader, double *out)
{
	struct mp_head head;

	if (reader_head(reader, &head) != 0)
		return ERR_MALFORMED;
	if (head.type == MP_UINT)
		head.real = (double)head.value;
	else if (head.type == MP_INT)
		head.real = (double)head.negative;
	else if (head.type != MP_FLOAT)
		return ERR_MALFORMED;
	reader->at += head.head_bytes;
	*out = head.real;
	return 0;
}

static int read_span(struct mp_reader *reader, enum mp_type type,
		     struct bytes *out)
{
	struct mp_head head;

	if (reader_head(reader, &head) != 0 || head.type != type)
		return ERR_MALFORMED;
	if (head.value > bytes_left(reader) - head.head_bytes)
		return ERR_MALFORMED;
	reader->at += head.head_bytes;
	*out = bytes_of(reader->at, (size_t)head.value);
	reader->at += head.value;
	return 0;
}

int mp_read_str(struct mp_reader *reader, struct bytes *out)
{
	return read_span(reader, MP_STR, out);
}

int mp_read_bin(struct mp_reader *reader, struct bytes *out)
{
	return read_span(reader, MP_BIN, out);
}

static int read_count(struct mp_reader *reader, enum mp_type type, size_t *out)
{
	size_t each = type == MP_MAP ? 2 : 1;
	struct mp_head head;

	if (reader_head(reader, &head) != 0 || head.type != type)
		return ERR_MALFORMED;
	if (head.value > (bytes_left(reader) - head.head_bytes) / each)
		return ERR_MALFORMED;
	reader->at += head.head_bytes;
	*out = (size_t)head.value;
	return 0;
}

int mp_read_array(struct mp_reader *reader, size_t *count)
{
	return read_count(reader, MP_ARRAY, count);
}

int mp_read_map(struct mp_reader *reader, size_t *pairs)
{
	return read_count(reader, MP_MAP, pairs);
}

int mp_read_raw(struct mp_reader *reader, struct bytes *out)
{
	struct mp_reader ahead = *reader;
	uint64_t wanted = 1;
	struct mp_head head;

	while (wanted > 0) {
		/* every element takes a byte at least */
		if (wanted > bytes_left(&ahead) ||
		    reader_head(&ahead, &head) != 0)
			return ERR_MALFORMED;
		ahead.at += head.head_bytes;
		wanted--;
		if (head.type == MP_ARRAY)
			wanted += head.value;
		if (head.type == MP_MAP)
			wanted += 2 * head.value;
		if (head.type != MP_STR && head.type != MP_BIN)
			continue;
		if (head.value > bytes_left(&ahead))
			return ERR_MALFORMED;
		ahead.at += head.value;
	}
	*out = bytes_of(reader->at, (size_t)(ahead.at - reader->at));
	*reader = ahead;
	return 0;
}
