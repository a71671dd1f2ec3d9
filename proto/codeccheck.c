/*
 * codeccheck.c - comparing, printing, and making up messages from their
 * descriptors: what tests, golden files, and the simulator use.
 *
 * Prints everything, so nothing here may be given what a person wrote
 * outside of tests. Read next: codec.c.
 */
#include "proto/codec.h"

#include "proto/base/panic.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"

static bool has_field(const struct schema_message *desc, const void *msg,
		      size_t place)
{
	uint32_t present;

	if (desc->fields[place].required)
		return true;
	memcpy(&present, (const uint8_t *)msg + desc->present_offset,
	       sizeof present);
	return (present >> place & 1u) != 0;
}

/* --- compare --- */

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_flat(const struct schema_field *field, const void *a,
			const void *b)
{
	const struct schema_fixes *fixes_a = a;
	const struct schema_fixes *fixes_b = b;

	switch (field->type) {
	case SCHEMA_U64:
		return compare_u64(*(const uint64_t *)a, *(const uint64_t *)b);
	case SCHEMA_I64:
		return (*(const int64_t *)a > *(const int64_t *)b) -
		       (*(const int64_t *)a < *(const int64_t *)b);
	case SCHEMA_FLAG:
		return *(const bool *)a - *(const bool *)b;
	case SCHEMA_FIX:
		return memcmp(a, b, field->fix_bytes);
	case SCHEMA_BIN:
	case SCHEMA_STR:
	case SCHEMA_RAW:
		return bytes_compare(*(const struct bytes *)a,
				     *(const struct bytes *)b);
	case SCHEMA_FIXES:
		return bytes_compare(
			bytes_of(fixes_a->ptr,
				 fixes_a->count * field->fix_bytes),
			bytes_of(fixes_b->ptr,
				 fixes_b->count * field->fix_bytes));
	case SCHEMA_LIST:
	case SCHEMA_STRS:
		break;
	}
	kept_unreachable("lists are compared item by item");
}

static int compare_part(const struct schema_message *desc, const void *a,
			const void *b)
{
	size_t i;
	int order;

	for (i = 0; i < desc->field_count; i++) {
		size_t at = desc->fields[i].offset;
		bool in_a = has_field(desc, a, i);
		bool in_b = has_field(desc, b, i);

		if (in_a != in_b)
			return in_a ? 1 : -1;
		if (!in_a)
			continue;
		order = compare_flat(&desc->fields[i], (const uint8_t *)a + at,
				     (const uint8_t *)b + at);
		if (order != 0)
			return order;
	}
	return 0;
}

static int compare_list(const struct schema_field *field,
			const struct schema_list *a,
			const struct schema_list *b)
{
	const struct bytes *strs_a = a->items;
	const struct bytes *strs_b = b->items;
	size_t i;
	int order;

	if (a->count != b->count)
		return a->count > b->count ? 1 : -1;
	for (i = 0; i < a->count; i++) {
		if (field->type == SCHEMA_STRS)
			order = bytes_compare(strs_a[i], strs_b[i]);
		else
			order = compare_part(
				field->sub,
				(const uint8_t *)a->items +
					i * field->sub->struct_bytes,
				(const uint8_t *)b->items +
					i * field->sub->struct_bytes);
		if (order != 0)
			return order;
	}
	return 0;
}

int codec_compare(const struct schema_message *desc, const void *a,
		  const void *b)
{
	size_t i;
	int order;

	for (i = 0; i < desc->field_count; i++) {
		const struct schema_field *field = &desc->fields[i];
		const void *in_a = (const uint8_t *)a + field->offset;
		const void *in_b = (const uint8_t *)b + field->offset;
		bool has_a = has_field(desc, a, i);

		if (has_a != has_field(desc, b, i))
			return has_a ? 1 : -1;
		if (!has_a)
			continue;
		if (field->type == SCHEMA_LIST || field->type == SCHEMA_STRS)
			order = compare_list(field, in_a, in_b);
		else
			order = compare_flat(field, in_a, in_b);
		if (order != 0)
			return order;
	}
	return 0;
}

/* --- print --- */

static void print_hex(struct bytes bin, struct buf *out)
{
	size_t i;

	buf_put_u8(out, '"');
	for (i = 0; i < bin.len; i++)
		buf_printf(out, "%02x", bin.ptr[i]);
	buf_put_u8(out, '"');
}

static void print_text(struct bytes text, struct buf *out)
{
	size_t i;

	buf_put_u8(out, '"');
	for (i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_printf(out, "\\n");
		else if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_put_u8(out, c);
	}
	buf_put_u8(out, '"');
}

/* Containers only open here; the levels below close them. */
static void print_head(struct mp_reader *reader, size_t *count, bool is_key,
		       struct buf *out)
{
	enum mp_type type = mp_peek(reader);
	struct mp_head head;
	struct bytes raw;

	*count = 0;
	if (mp_head_read(
		    bytes_of(reader->at, (size_t)(reader->end - reader->at)),
		    &head) != 0)
		return;
	if (type == MP_ARRAY || type == MP_MAP) {
		*count = (size_t)head.value * (type == MP_MAP ? 2 : 1);
		reader->at += head.head_bytes;
		buf_put_u8(out, type == MP_MAP ? '{' : '[');
		return;
	}
	if (type == MP_STR && mp_read_str(reader, &raw) == 0) {
		print_text(raw, out);
		return;
	}
	if (type == MP_BIN && mp_read_bin(reader, &raw) == 0) {
		print_hex(raw, out);
		return;
	}
	reader->at += head.head_bytes;
	if (type == MP_UINT)
		buf_printf(out, is_key ? "\"%llu\"" : "%llu",
			   (unsigned long long)head.value);
	else if (type == MP_INT)
		buf_printf(out, "%lld", (long long)head.negative);
	else if (type == MP_FLOAT)
		buf_printf(out, "%.17g", head.real);
	else if (type == MP_BOOL)
		buf_printf(out, head.value != 0 ? "true" : "false");
	else
		buf_printf(out, "null");
}

struct print_level {
	size_t left;
	bool is_map;
};

int codec_print_element(struct bytes element, struct buf *out)
{
	struct print_level levels[LIMIT_MP_DEPTH + 1];
	struct mp_reader reader = mp_reader(element);
	size_t depth = 0;
	size_t count;

	do {
		struct print_level *top = depth > 0 ? &levels[depth - 1] : NULL;
		bool is_key = top != NULL && top->is_map && top->left % 2 == 0;
		bool is_map = mp_peek(&reader) == MP_MAP;
		bool is_open = is_map || mp_peek(&reader) == MP_ARRAY;

		if (mp_at_end(&reader) || (is_open && depth > LIMIT_MP_DEPTH))
			return ERR_MALFORMED;
		print_head(&reader, &count, is_key, out);
		if (top != NULL)
			top->left--;
		if (is_open)
			levels[depth++] = (struct print_level){ count, is_map };
		while (depth > 0 && levels[depth - 1].left == 0) {
			depth--;
			buf_put_u8(out, levels[depth].is_map ? '}' : ']');
			is_open = false;
		}
		if (depth > 0 && !is_open)
			buf_printf(out, is_key ? ": " : ", ");
	} while (depth > 0);
	return mp_at_end(&reader) ? out->failed : ERR_MALFORMED;
}

static void print_flat(const struct schema_field *field, const void *member,
		       struct buf *out)
{
	const struct schema_fixes *fixes = member;
	size_t i;

	switch (field->type) {
	case SCHEMA_U64:
		buf_printf(out, "%llu",
			   (unsigned long long)*(const uint64_t *)member);
		return;
	case SCHEMA_I64:
		buf_printf(out, "%lld", (long long)*(const int64_t *)member);
		return;
	case SCHEMA_FLAG:
		buf_printf(out, *(const bool *)member ? "true" : "false");
		return;
	case SCHEMA_FIX:
		print_hex(bytes_of(member, field->fix_bytes), out);
		return;
	case SCHEMA_STR:
		print_text(*(const struct bytes *)member, out);
		return;
	case SCHEMA_BIN:
	case SCHEMA_RAW:
		print_hex(*(const struct bytes *)member, out);
		return;
	case SCHEMA_FIXES:
		for (i = 0; i < fixes->count; i++) {
			buf_put_u8(out, i == 0 ? '[' : ',');
			print_hex(bytes_of(fixes->ptr + i * field->fix_bytes,
					   field->fix_bytes),
				  out);
		}
		buf_printf(out, fixes->count == 0 ? "[]" : "]");
		return;
	case SCHEMA_LIST:
	case SCHEMA_STRS:
		break;
	}
	kept_unreachable("lists are printed item by item");
}

static void print_part(const struct schema_message *desc, const void *part,
		       struct buf *out)
{
	const char *between = "";
	size_t i;

	buf_put_u8(out, '{');
	for (i = 0; i < desc->field_count; i++) {
		if (!has_field(desc, part, i))
			continue;
		buf_printf(out, "%s\"%s\": ", between, desc->fields[i].name);
		print_flat(&desc->fields[i],
			   (const uint8_t *)part + desc->fields[i].offset, out);
		between = ", ";
	}
	buf_put_u8(out, '}');
}

static void print_list(const struct schema_field *field,
		       const struct schema_list *list, struct buf *out)
{
	const struct bytes *strs = list->items;
	size_t i;

	buf_put_u8(out, '[');
	for (i = 0; i < list->count; i++) {
		if (i > 0)
			buf_printf(out, ", ");
		if (field->type == SCHEMA_STRS)
			print_text(strs[i], out);
		else
			print_part(field->sub,
				   (const uint8_t *)list->items +
					   i * field->sub->struct_bytes,
				   out);
	}
	buf_put_u8(out, ']');
}

int codec_print(const struct schema_message *desc, const void *msg,
		struct buf *out)
{
	size_t i;

	buf_printf(out, "{\"message\": \"%s\"", desc->name);
	for (i = 0; i < desc->field_count; i++) {
		const struct schema_field *field = &desc->fields[i];
		const void *member = (const uint8_t *)msg + field->offset;

		if (!has_field(desc, msg, i))
			continue;
		buf_printf(out, ", \"%s\": ", field->name);
		if (field->type == SCHEMA_LIST || field->type == SCHEMA_STRS)
			print_list(field, member, out);
		else
			print_flat(field, member, out);
	}
	buf_put_u8(out, '}');
	return out->failed;
}
