/*
 * jsonform.c - cJSON trees from msgpack and back.
 *
 * Recursion is bounded by JSON_DEPTH_MAX (JSON from files) and mpcheck's
 * depth (the socket). Must never print. Read next: client.c.
 */
#include "cli/jsonform.h"

#include <math.h>

#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/mp.h"

#define WHOLE_MOST 9007199254740992.0 /* 2^53 */

/* What goes before each block, so that freeing knows how much to wipe. */
struct json_block {
	_Alignas(max_align_t) size_t size;
};

static void *alloc_sized(size_t size)
{
	struct json_block *block;

	if (size > SIZE_MAX - sizeof *block)
		return NULL;
	block = mem_alloc(1, sizeof *block + size);
	if (block == NULL)
		return NULL;
	block->size = size;
	return block + 1;
}

static void free_wiped(void *ptr)
{
	struct json_block *block;

	if (ptr == NULL)
		return;
	block = (struct json_block *)ptr - 1;
	mem_wipe(ptr, block->size);
	mem_free(block);
}

void jsonform_start(void)
{
	cJSON_Hooks hooks = { .malloc_fn = alloc_sized, .free_fn = free_wiped };

	cJSON_InitHooks(&hooks);
}

static int put_text(const char *text, struct buf *out)
{
	if (!utf8_is_valid(bytes_from_str(text)))
		return ERR_USAGE;
	mp_put_cstr(out, text);
	return out->failed;
}

static int put_number(double number, struct buf *out)
{
	if (number == floor(number) && fabs(number) <= WHOLE_MOST)
		mp_put_int(out, (int64_t)number);
	else
		mp_put_float(out, number);
	return out->failed;
}

static int put_value(const cJSON *json, int depth, struct buf *out);

static int put_children(const cJSON *json, int depth, struct buf *out)
{
	const cJSON *item;
	bool is_map = cJSON_IsObject(json);
	size_t count = (size_t)cJSON_GetArraySize(json);
	int code;

	if (depth >= JSON_DEPTH_MAX)
		return ERR_LIMIT;
	if (is_map)
		mp_put_map(out, count);
	else
		mp_put_array(out, count);
	cJSON_ArrayForEach(item, json)
	{
		code = is_map ? put_text(item->string, out) : 0;
		if (code == 0)
			code = put_value(item, depth + 1, out);
		if (code != 0)
			return code;
	}
	return out->failed;
}

static int put_value(const cJSON *json, int depth, struct buf *out)
{
	if (cJSON_IsNull(json))
		mp_put_nil(out);
	else if (cJSON_IsBool(json))
		mp_put_bool(out, cJSON_IsTrue(json));
	else if (cJSON_IsNumber(json))
		return put_number(json->valuedouble, out);
	else if (cJSON_IsRaw(json)) /* of number_item */
		return put_number(strtod(json->valuestring, NULL), out);
	else if (cJSON_IsString(json))
		return put_text(json->valuestring, out);
	else
		return put_children(json, depth, out);
	return out->failed;
}

int jsonform_to_mp(const cJSON *json, struct buf *out)
{
	return put_value(json, 0, out);
}

static cJSON *read_value(struct mp_reader *reader, int depth);

static cJSON *text_item(struct bytes text)
{
	cJSON *item = NULL;
	char *copy = alloc_sized(text.len + 1);

	if (copy == NULL)
		return NULL;
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	item = cJSON_CreateString(copy);
	free_wiped(copy);
	return item;
}

static cJSON *hex_item(struct bytes bin)
{
	static const char digits[] = "0123456789abcdef";
	cJSON *item = NULL;
	char *copy = alloc_sized(bin.len * 2 + 1);
	size_t i;

	if (copy == NULL)
		return NULL;
	for (i = 0; i < bin.len; i++) {
		copy[2 * i] = digits[bin.ptr[i] >> 4];
		copy[2 * i + 1] = digits[bin.ptr[i] & 15];
	}
	copy[2 * i] = '\0';
	item = cJSON_CreateString(copy);
	free_wiped(copy);
	return item;
}

/*
 * cJSON prints 15 digits and takes that for equal. What needs more goes as
 * text that it leaves alone.
 */
static cJSON *number_item(double number)
{
	char text[32];
	int digits;

	for (digits = 15; digits < 17; digits++) {
		(void)snprintf(text, sizeof text, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	if (digits == 15 && fabs(number) < 1e15)
		return cJSON_CreateNumber(number);
	if (number == floor(number) && fabs(number) <= WHOLE_MOST)
		(void)snprintf(text, sizeof text, "%.0f", number);
	else
		(void)snprintf(text, sizeof text, "%.17g", number);
	return cJSON_CreateRaw(text);
}

static bool read_pair(struct mp_reader *reader, int depth, cJSON *map)
{
	char key[256];
	struct bytes text;
	uint64_t number;
	cJSON *item;

	if (mp_peek(reader) == MP_UINT) {
		if (mp_read_uint(reader, &number) != 0)
			return false;
		(void)snprintf(key, sizeof key, "%llu",
			       (unsigned long long)number);
	} else {
		if (mp_read_str(reader, &text) != 0 || text.len >= sizeof key)
			return false;
		memcpy(key, text.ptr, text.len);
		key[text.len] = '\0';
	}
	item = read_value(reader, depth);
	return item != NULL && cJSON_AddItemToObject(map, key, item);
}

static cJSON *read_children(struct mp_reader *reader, int depth)
{
	bool is_map = mp_peek(reader) == MP_MAP;
	cJSON *parent, *item;
	size_t count = 0, i;
	int code = is_map ? mp_read_map(reader, &count)
			  : mp_read_array(reader, &count);

	if (code != 0 || depth >= JSON_DEPTH_MAX)
		return NULL;
	parent = is_map ? cJSON_CreateObject() : cJSON_CreateArray();
	for (i = 0; parent != NULL && i < count; i++) {
		bool taken;

		if (is_map) {
			taken = read_pair(reader, depth + 1, parent);
		} else {
			item = read_value(reader, depth + 1);
			taken = item != NULL &&
				cJSON_AddItemToArray(parent, item);
		}
		if (!taken) {
			cJSON_Delete(parent);
			return NULL;
		}
	}
	return parent;
}

static cJSON *read_scalar(struct mp_reader *reader, enum mp_type type)
{
	struct bytes span;
	int64_t whole;
	uint64_t large;
	double real;
	bool flag;

	if (type == MP_NIL)
		return mp_read_nil(reader) == 0 ? cJSON_CreateNull() : NULL;
	if (type == MP_BOOL)
		return mp_read_bool(reader, &flag) == 0 ? cJSON_CreateBool(flag)
							: NULL;
	if (type == MP_INT)
		return mp_read_int(reader, &whole) == 0
			       ? number_item((double)whole)
			       : NULL;
	if (type == MP_UINT)
		return mp_read_uint(reader, &large) == 0
			       ? number_item((double)large)
			       : NULL;
	if (type == MP_FLOAT)
		return mp_read_float(reader, &real) == 0 ? number_item(real)
							 : NULL;
	if (type == MP_STR)
		return mp_read_str(reader, &span) == 0 ? text_item(span) : NULL;
	if (type == MP_BIN)
		return mp_read_bin(reader, &span) == 0 ? hex_item(span) : NULL;
	return NULL;
}

static cJSON *read_value(struct mp_reader *reader, int depth)
{
	enum mp_type type = mp_peek(reader);

	if (type == MP_ARRAY || type == MP_MAP)
		return read_children(reader, depth);
	return read_scalar(reader, type);
}

cJSON *jsonform_from_mp(struct bytes input)
{
	struct mp_reader reader = mp_reader(input);

	return read_value(&reader, 0);
}

char *jsonform_line(const cJSON *json)
{
	return cJSON_PrintUnformatted(json);
}
