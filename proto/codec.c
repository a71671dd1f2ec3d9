/*
 * codec.c - bytes to structs and back, by descriptor; and all packing.
 *
 * The only file that knows msgpack-c, and only its packer: what arrives is
 * proved by mpcheck and read by our own cursor (mp.h), because the library
 * reserves memory on a peer's word. Never recurses: a LIST holds flat parts.
 * Read next: codeccheck.c, codecrandom.c.
 */
#include "proto/codec.h"

#include <msgpack.h>

#include "proto/base/panic.h"
#include "proto/base/utf8.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"

static int pack_write(void *out, const char *bytes, size_t len)
{
	return buf_put(out, bytes, len);
}

/* Refusals stay in out->failed, so a packer's own answer says no more. */
#define PACK(call)                                                             \
	do {                                                                   \
		msgpack_packer packer;                                         \
		msgpack_packer_init(&packer, out, pack_write);                 \
		err_ignore(call, "out->failed has it");                        \
	} while (0)

void mp_put_nil(struct buf *out)
{
	PACK(msgpack_pack_nil(&packer));
}

void mp_put_bool(struct buf *out, bool v)
{
	PACK(v ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer));
}

void mp_put_uint(struct buf *out, uint64_t v)
{
	PACK(msgpack_pack_uint64(&packer, v));
}

void mp_put_int(struct buf *out, int64_t v)
{
	PACK(msgpack_pack_int64(&packer, v));
}

void mp_put_float(struct buf *out, double v)
{
	PACK(msgpack_pack_double(&packer, v));
}

void mp_put_str(struct buf *out, struct bytes text)
{
	PACK(msgpack_pack_str(&packer, text.len));
	buf_put(out, text.ptr, text.len);
}

void mp_put_cstr(struct buf *out, const char *text)
{
	mp_put_str(out, bytes_from_str(text));
}

void mp_put_bin(struct buf *out, struct bytes bin)
{
	PACK(msgpack_pack_bin(&packer, bin.len));
	buf_put(out, bin.ptr, bin.len);
}

void mp_put_array(struct buf *out, size_t count)
{
	PACK(msgpack_pack_array(&packer, count));
}

void mp_put_map(struct buf *out, size_t pairs)
{
	PACK(msgpack_pack_map(&packer, pairs));
}

void mp_put_raw(struct buf *out, struct bytes element)
{
	buf_put(out, element.ptr, element.len);
}

uint32_t *codec_present(const struct schema_message *desc, void *msg)
{
	return (void *)((uint8_t *)msg + desc->present_offset);
}

static bool is_present(const struct schema_message *desc, const void *msg,
		       size_t place)
{
	uint32_t present;

	if (desc->fields[place].required)
		return true;
	memcpy(&present, (const uint8_t *)msg + desc->present_offset,
	       sizeof present);
	return (present >> place & 1u) != 0;
}

/* --- encoding --- */

static int put_span(const struct schema_field *field, struct bytes span,
		    struct buf *out)
{
	if (span.len > field->bound)
		return ERR_LIMIT;
	if (field->type == SCHEMA_BIN) {
		mp_put_bin(out, span);
		return 0;
	}
	if (field->type == SCHEMA_STR) {
		if (!utf8_is_valid(span))
			return ERR_MALFORMED;
		mp_put_str(out, span);
		return 0;
	}
	if (mpcheck(span, MPCHECK_CANONICAL) != 0)
		return ERR_MALFORMED;
	mp_put_raw(out, span);
	return 0;
}

static int put_fixes(const struct schema_field *field,
		     const struct schema_fixes *fixes, struct buf *out)
{
	if (fixes->count > field->bound)
		return ERR_LIMIT;
	mp_put_bin(out, bytes_of(fixes->ptr, fixes->count * field->fix_bytes));
	return 0;
}

static int put_number(struct buf *out, uint64_t v, uint64_t bound)
{
	if (v > bound)
		return ERR_LIMIT;
	mp_put_uint(out, v);
	return 0;
}

/* Any field but a LIST. */
static int put_flat(const struct schema_field *field, const void *member,
		    struct buf *out)
{
	switch (field->type) {
	case SCHEMA_U64:
		return put_number(out, *(const uint64_t *)member, field->bound);
	case SCHEMA_I64:
		mp_put_int(out, *(const int64_t *)member);
		return 0;
	case SCHEMA_FLAG:
		mp_put_bool(out, *(const bool *)member);
		return 0;
	case SCHEMA_FIX:
		mp_put_bin(out, bytes_of(member, field->fix_bytes));
		return 0;
	case SCHEMA_BIN:
	case SCHEMA_STR:
	case SCHEMA_RAW:
		return put_span(field, *(const struct bytes *)member, out);
	case SCHEMA_FIXES:
		return put_fixes(field, member, out);
	case SCHEMA_LIST:
	case SCHEMA_STRS:
		break;
	}
	kept_unreachable("only messages hold lists, and rpc is not encoded");
}

static size_t count_present(const struct schema_message *desc, const void *msg)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < desc->field_count; i++)
		count += is_present(desc, msg, i);
	return count;
}

/* A part of a LIST: a map of flat fields. */
static int put_part(const struct schema_message *desc, const void *part,
		    struct buf *out)
{
	size_t i;
	int rc;

	mp_put_map(out, count_present(desc, part));
	for (i = 0; i < desc->field_count; i++) {
		if (!is_present(desc, part, i))
			continue;
		mp_put_uint(out, desc->fields[i].number);
		rc = put_flat(&desc->fields[i],
			      (const uint8_t *)part + desc->fields[i].offset,
			      out);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int put_field(const struct schema_field *field, const void *member,
		     struct buf *out)
{
	const struct schema_list *list = member;
	size_t i;
	int rc;

	if (field->type != SCHEMA_LIST)
		return put_flat(field, member, out);
	if (list->count > field->bound)
		return ERR_LIMIT;
	mp_put_array(out, list->count);
	for (i = 0; i < list->count; i++) {
		rc = put_part(field->sub,
			      (const uint8_t *)list->items +
				      i * field->sub->struct_bytes,
			      out);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int codec_encode(const struct schema_message *desc, const void *msg,
		 struct buf *out)
{
	size_t before = out->len;
	size_t i;
	int rc = 0;

	mp_put_map(out, count_present(desc, msg));
	for (i = 0; rc == 0 && i < desc->field_count; i++) {
		const struct schema_field *field = &desc->fields[i];

		if (!is_present(desc, msg, i))
			continue;
		mp_put_uint(out, field->number);
		rc = put_field(field, (const uint8_t *)msg + field->offset,
			       out);
	}
	if (rc == 0)
		rc = out->failed;
	if (rc == 0 && desc->max_bytes != 0 &&
	    out->len - before > desc->max_bytes)
		rc = ERR_LIMIT;
	if (rc != 0)
		out->len = before;
	return rc;
}

/* --- decoding, shared by both profiles --- */

struct decode {
	struct mp_reader reader;
	struct arena *arena;
	bool is_named;
};

static int get_number(struct decode *in, const struct schema_field *field,
		      void *member)
{
	uint64_t v;

	if (mp_read_uint(&in->reader, &v) != 0 || v > field->bound)
		return ERR_MALFORMED;
	memcpy(member, &v, sizeof v);
	return 0;
}

static int get_signed(struct decode *in, const struct schema_field *field,
		      void *member)
{
	int64_t v;
	uint64_t size;

	if (mp_read_int(&in->reader, &v) != 0)
		return ERR_MALFORMED;
	size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	if (size > field->bound)
		return ERR_MALFORMED;
	memcpy(member, &v, sizeof v);
	return 0;
}

static int get_span(struct decode *in, const struct schema_field *field,
		    void *member)
{
	enum mp_type type = mp_peek(&in->reader);
	struct bytes span;
	int rc;

	if (field->type == SCHEMA_RAW)
		rc = mp_read_raw(&in->reader, &span);
	else if (field->type == SCHEMA_STR)
		rc = mp_read_str(&in->reader, &span);
	else if (in->is_named && type == MP_STR)
		rc = mp_read_str(&in->reader, &span);
	else
		rc = mp_read_bin(&in->reader, &span);
	if (rc != 0)
		return ERR_MALFORMED;
	if (span.len > field->bound)
		return in->is_named ? ERR_LIMIT : ERR_MALFORMED;
	memcpy(member, &span, sizeof span);
	return 0;
}

static int get_fix(struct decode *in, const struct schema_field *field,
		   void *member)
{
	struct bytes span;

	if (mp_read_bin(&in->reader, &span) != 0 ||
	    span.len != field->fix_bytes)
		return ERR_MALFORMED;
	memcpy(member, span.ptr, span.len);
	return 0;
}

static int get_fixes(struct decode *in, const struct schema_field *field,
		     void *member)
{
	struct schema_fixes fixes;
	struct bytes span;

	if (mp_read_bin(&in->reader, &span) != 0 ||
	    span.len % field->fix_bytes != 0)
		return ERR_MALFORMED;
	fixes.ptr = span.ptr;
	fixes.count = span.len / field->fix_bytes;
	if (fixes.count > field->bound)
		return ERR_MALFORMED;
	memcpy(member, &fixes, sizeof fixes);
	return 0;
}

static int get_strs(struct decode *in, const struct schema_field *field,
		    void *member)
{
	struct schema_list list = { NULL, 0 };
	struct bytes *items;
	size_t i;

	if (mp_read_array(&in->reader, &list.count) != 0)
		return ERR_MALFORMED;
	if (list.count > field->bound)
		return ERR_LIMIT;
	items = arena_alloc(in->arena, list.count + 1, sizeof *items);
	if (items == NULL)
		return ERR_NOMEM;
	for (i = 0; i < list.count; i++) {
		if (mp_read_str(&in->reader, &items[i]) != 0)
			return ERR_MALFORMED;
	}
	list.items = items;
	memcpy(member, &list, sizeof list);
	return 0;
}

static int get_flat(struct decode *in, const struct schema_field *field,
		    void *member)
{
	switch (field->type) {
	case SCHEMA_U64:
		return get_number(in, field, member);
	case SCHEMA_I64:
		return get_signed(in, field, member);
	case SCHEMA_FLAG:
		return mp_read_bool(&in->reader, member);
	case SCHEMA_FIX:
		return get_fix(in, field, member);
	case SCHEMA_BIN:
	case SCHEMA_STR:
	case SCHEMA_RAW:
		return get_span(in, field, member);
	case SCHEMA_FIXES:
		return get_fixes(in, field, member);
	case SCHEMA_STRS:
		return get_strs(in, field, member);
	case SCHEMA_LIST:
		break;
	}
	kept_unreachable("a part of a list holds no list");
}

static const struct schema_field *field_by_number(
	const struct schema_message *desc, uint64_t number)
{
	size_t i;

	for (i = 0; i < desc->field_count; i++) {
		if (desc->fields[i].number == number)
			return &desc->fields[i];
	}
	return NULL;
}

static bool is_complete(const struct schema_message *desc, uint32_t present)
{
	size_t i;

	for (i = 0; i < desc->field_count; i++) {
		if (desc->fields[i].required && (present >> i & 1u) == 0)
			return false;
	}
	return true;
}

typedef int get_field(struct decode *in, const struct schema_field *field,
		      void *member);

/* A map with numbers for keys into `out`, its fields read by `get`. */
static int get_map(struct decode *in, const struct schema_message *desc,
		   get_field *get, void *out)
{
	uint32_t present = 0;
	struct bytes skipped;
	uint64_t number;
	size_t pairs;
	int rc;

	if (mp_read_map(&in->reader, &pairs) != 0)
		return ERR_MALFORMED;
	for (; pairs > 0; pairs--) {
		const struct schema_field *field;

		if (mp_read_uint(&in->reader, &number) != 0)
			return ERR_MALFORMED;
		field = field_by_number(desc, number);
		if (field == NULL)
			rc = mp_read_raw(&in->reader, &skipped);
		else
			rc = get(in, field, (uint8_t *)out + field->offset);
		if (rc != 0)
			return rc;
		if (field != NULL)
			present |= UINT32_C(1) << (field - desc->fields);
	}
	*codec_present(desc, out) = present;
	return is_complete(desc, present) ? 0 : ERR_MALFORMED;
}

static int get_field_or_list(struct decode *in,
			     const struct schema_field *field, void *member)
{
	struct schema_list list = { NULL, 0 };
	uint8_t *items;
	size_t i;
	int rc;

	if (field->type != SCHEMA_LIST)
		return get_flat(in, field, member);
	if (mp_read_array(&in->reader, &list.count) != 0 ||
	    list.count > field->bound)
		return ERR_MALFORMED;
	items = arena_alloc(in->arena, list.count + 1,
			    field->sub->struct_bytes);
	if (items == NULL)
		return ERR_NOMEM;
	for (i = 0; i < list.count; i++) {
		rc = get_map(in, field->sub, get_flat,
			     items + i * field->sub->struct_bytes);
		if (rc != 0)
			return rc;
	}
	list.items = items;
	memcpy(member, &list, sizeof list);
	return 0;
}

int codec_decode(const struct schema_message *desc, struct bytes input,
		 struct arena *arena, void *out)
{
	struct decode in = { .arena = arena };
	int rc;

	memset(out, 0, desc->struct_bytes);
	if (desc->max_bytes != 0 && input.len > desc->max_bytes)
		return ERR_LIMIT;
	rc = mpcheck(input, MPCHECK_CANONICAL);
	if (rc != 0)
		return rc;
	in.reader = mp_reader(input);
	return get_map(&in, desc, get_field_or_list, out);
}

/* --- parameters of a client --- */

static const char *const wanted_forms[] = {
	[SCHEMA_U64] = "a whole number", [SCHEMA_I64] = "a whole number",
	[SCHEMA_FLAG] = "true or false", [SCHEMA_FIX] = "bytes",
	[SCHEMA_BIN] = "bytes",          [SCHEMA_STR] = "text",
	[SCHEMA_RAW] = "a value",        [SCHEMA_FIXES] = "bytes",
	[SCHEMA_LIST] = "a list",        [SCHEMA_STRS] = "a list of texts",
};

static int say_wrong(const struct schema_field *field, int rc, struct err *err)
{
	unsigned long long bound = field->bound;

	if (rc == ERR_NOMEM)
		return err_set(err, rc, "%s", err_text(rc));
	if (rc == ERR_LIMIT)
		return err_set(err, rc, "`%s` takes up to %llu %s.",
			       field->name, bound,
			       field->type == SCHEMA_STRS ? "items" : "bytes");
	if (field->type == SCHEMA_U64 && field->bound < UINT64_MAX)
		return err_set(err, ERR_USAGE,
			       "`%s` takes a whole number from 0 to %llu.",
			       field->name, bound);
	return err_set(err, ERR_USAGE, "`%s` takes %s.", field->name,
		       wanted_forms[field->type]);
}

static const struct schema_field *field_by_name(
	const struct schema_message *desc, struct bytes name)
{
	size_t i;

	for (i = 0; i < desc->field_count; i++) {
		if (bytes_equal(bytes_from_str(desc->fields[i].name), name))
			return &desc->fields[i];
	}
	return NULL;
}

static int get_named(struct decode *in, const struct schema_message *desc,
		     void *out, struct err *err)
{
	uint32_t *present = codec_present(desc, out);
	const struct schema_field *field;
	struct bytes name;
	uint32_t bit;
	int rc;

	if (mp_read_str(&in->reader, &name) != 0)
		return err_set(err, ERR_USAGE, "Parameters have names.");
	field = field_by_name(desc, name);
	if (field == NULL)
		return err_set(err, ERR_USAGE,
			       "`%s` has no parameter of that name.",
			       desc->name);
	bit = UINT32_C(1) << (field - desc->fields);
	if ((*present & bit) != 0)
		return err_set(err, ERR_USAGE, "`%s` is there twice.",
			       field->name);
	if (mp_peek(&in->reader) == MP_NIL && !field->required)
		return mp_read_nil(&in->reader);
	rc = get_flat(in, field, (uint8_t *)out + field->offset);
	if (rc != 0)
		return say_wrong(field, rc, err);
	*present |= bit;
	return 0;
}

static const char no_map[] = "Parameters come as one map with names.";

int codec_decode_named(const struct schema_message *desc, struct bytes input,
		       struct arena *arena, void *out, struct err *err)
{
	int rc = input.len == 0 ? 0 : mpcheck(input, MPCHECK_CLIENT);

	if (rc == 0)
		return codec_decode_checked(desc, input, arena, out, err);
	memset(out, 0, desc->struct_bytes);
	return rc == ERR_LIMIT ? err_set(err, rc, "%s", err_text(rc))
			       : err_set(err, ERR_USAGE, no_map);
}

int codec_decode_checked(const struct schema_message *desc, struct bytes input,
			 struct arena *arena, void *out, struct err *err)
{
	struct decode in = { .arena = arena, .is_named = true };
	size_t pairs = 0;
	size_t i;
	int rc;

	memset(out, 0, desc->struct_bytes);
	in.reader = mp_reader(input);
	if (input.len != 0 && mp_read_map(&in.reader, &pairs) != 0)
		return err_set(err, ERR_USAGE, no_map);
	for (; pairs > 0; pairs--) {
		rc = get_named(&in, desc, out, err);
		if (rc != 0)
			return rc;
	}
	for (i = 0; i < desc->field_count; i++) {
		if (!desc->fields[i].required ||
		    (*codec_present(desc, out) >> i & 1u) != 0)
			continue;
		return err_set(err, ERR_USAGE, "`%s` needs `%s`: %s",
			       desc->name, desc->fields[i].name,
			       desc->fields[i].doc);
	}
	return 0;
}
