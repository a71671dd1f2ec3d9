/*
 * rpcmsg.c - reading and writing the three envelopes.
 *
 * Knows no method; parameters are decoded by codec_decode_named. Never takes
 * a message that mpcheck did not.
 */
#include "proto/rpcmsg.h"

#include "proto/mp.h"
#include "proto/mpcheck.h"

static int read_id(struct mp_reader *reader, uint32_t *out)
{
	uint64_t id;

	if (mp_read_uint(reader, &id) != 0 || id > UINT32_MAX)
		return ERR_MALFORMED;
	*out = (uint32_t)id;
	return 0;
}

static int read_method(struct mp_reader *reader, struct bytes *out)
{
	if (mp_read_str(reader, out) != 0 || out->len == 0)
		return ERR_MALFORMED;
	return out->len > RPCMSG_METHOD_BYTES_MAX ? ERR_LIMIT : 0;
}

/* A map, nil, or an array around one of them or nothing. */
static int read_params(struct mp_reader *reader, struct bytes *out)
{
	size_t count;

	if (mp_peek(reader) == MP_ARRAY) {
		if (mp_read_array(reader, &count) != 0 || count > 1)
			return ERR_MALFORMED;
		if (count == 0)
			return 0;
	}
	if (mp_peek(reader) == MP_NIL)
		return mp_read_nil(reader);
	if (mp_peek(reader) != MP_MAP)
		return ERR_MALFORMED;
	return mp_read_raw(reader, out);
}

static int read_request(struct mp_reader *reader, struct rpcmsg *out)
{
	int rc = read_id(reader, &out->id);

	if (rc == 0)
		rc = read_method(reader, &out->method);
	if (rc == 0)
		rc = read_params(reader, &out->params);
	return rc;
}

static int read_response(struct mp_reader *reader, struct rpcmsg *out)
{
	int rc = read_id(reader, &out->id);

	if (rc != 0)
		return rc;
	if (mp_peek(reader) == MP_NIL)
		rc = mp_read_nil(reader);
	else
		rc = mp_read_raw(reader, &out->error);
	if (rc == 0)
		rc = mp_read_raw(reader, &out->result);
	return rc;
}

int rpcmsg_parse(struct bytes input, struct rpcmsg *out)
{
	struct mp_reader reader = mp_reader(input);
	uint64_t type;
	size_t count;
	int rc;

	*out = (struct rpcmsg){ .id = 0 };
	rc = mpcheck(input, MPCHECK_CLIENT);
	if (rc != 0)
		return rc;
	if (mp_read_array(&reader, &count) != 0 || count == 0 ||
	    mp_read_uint(&reader, &type) != 0)
		return ERR_MALFORMED;
	if (type == RPCMSG_REQUEST && count == 4) {
		out->type = RPCMSG_REQUEST;
		return read_request(&reader, out);
	}
	if (type == RPCMSG_RESPONSE && count == 4) {
		out->type = RPCMSG_RESPONSE;
		return read_response(&reader, out);
	}
	if (type != RPCMSG_NOTIFICATION || count != 3)
		return ERR_MALFORMED;
	out->type = RPCMSG_NOTIFICATION;
	rc = read_method(&reader, &out->method);
	return rc != 0 ? rc : read_params(&reader, &out->params);
}

int rpcmsg_parse_error(struct bytes error, struct rpcmsg_error *out)
{
	struct mp_reader reader = mp_reader(error);
	size_t count;

	*out = (struct rpcmsg_error){ .code = { NULL, 0 } };
	if (mp_read_array(&reader, &count) != 0 || count < 2 ||
	    mp_read_str(&reader, &out->code) != 0 ||
	    mp_read_str(&reader, &out->message) != 0)
		return ERR_MALFORMED;
	if (count == 2 || mp_peek(&reader) == MP_NIL)
		return 0;
	return mp_read_str(&reader, &out->hint);
}

static void put_map(struct buf *out, struct bytes element)
{
	if (element.len == 0)
		mp_put_map(out, 0);
	else
		mp_put_raw(out, element);
}

void rpcmsg_put_request(struct buf *out, uint32_t id, const char *method,
			struct bytes params)
{
	mp_put_array(out, 4);
	mp_put_uint(out, RPCMSG_REQUEST);
	mp_put_uint(out, id);
	mp_put_cstr(out, method);
	put_map(out, params);
}

void rpcmsg_put_response(struct buf *out, uint32_t id, struct bytes result)
{
	mp_put_array(out, 4);
	mp_put_uint(out, RPCMSG_RESPONSE);
	mp_put_uint(out, id);
	mp_put_nil(out);
	put_map(out, result);
}

void rpcmsg_put_error(struct buf *out, uint32_t id, int code,
		      const char *message, const char *hint)
{
	if (message == NULL || message[0] == '\0')
		message = err_text(code);
	mp_put_array(out, 4);
	mp_put_uint(out, RPCMSG_RESPONSE);
	mp_put_uint(out, id);
	mp_put_array(out, 3);
	mp_put_cstr(out, err_name(code));
	mp_put_cstr(out, message);
	mp_put_cstr(out, hint == NULL ? "" : hint);
	mp_put_nil(out);
}

void rpcmsg_put_notification(struct buf *out, const char *method,
			     struct bytes params)
{
	mp_put_array(out, 3);
	mp_put_uint(out, RPCMSG_NOTIFICATION);
	mp_put_cstr(out, method);
	put_map(out, params);
}
