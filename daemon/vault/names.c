/*
 * names.c - what people call their devices: sealed in control records,
 * opened here, kept while unlocked.
 *
 * A name that does not open, or is not text, is no name: never an error, and
 * never shown raw.
 */
#include "daemon/vault/inside.h"

#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/seal.h"

static bool open_name(const struct vault *vault,
		      const struct roster_member *member,
		      char out[LIMIT_DEVICE_NAME_BYTES + 1])
{
	struct seal_context context = {
		.label = kdf_label_name(KDF_CTL),
		.aad = bytes_of(member->device.b, sizeof member->device.b),
		.padding = SEAL_PADDED,
	};
	bool is_open = false;
	struct seal_key key;
	struct buf plain;

	buf_init(&plain, 1024);
	for (size_t i = 0; i < vault->ring.epoch_count && !is_open; i++) {
		const struct keyring_epoch *epoch = &vault->ring.epochs[i];

		if (epoch->n != member->named_epoch)
			continue;
		kdf_ctl_key(&epoch->key, &member->named_lid, member->named_seq,
			    &key);
		is_open = seal_open(&key, &context, member->sealed_name,
				    &plain) == 0;
	}
	if (plain.len > LIMIT_DEVICE_NAME_BYTES ||
	    !utf8_is_valid(buf_bytes(&plain)))
		is_open = false;
	if (is_open) {
		memcpy(out, plain.ptr, plain.len);
		out[plain.len] = '\0';
	}
	key_wipe(&key);
	buf_release(&plain);
	return is_open;
}

const char *control_name_of(const struct vault *vault,
			    const struct sign_public *device)
{
	for (size_t i = 0; i < vault->name_count; i++) {
		if (memcmp(vault->names[i].device.b, device->b, 32) == 0)
			return vault->names[i].name;
	}
	if (memcmp(vault->device.device.b, device->b, 32) == 0)
		return vault->device.name;
	return "";
}

int control_read_names(struct vault *vault, const struct roster *roster)
{
	struct vault_name *grown;

	/* Members are never taken off the roster, so the table only grows. */
	if (roster->member_count > vault->name_count) {
		grown = mem_realloc(vault->names, roster->member_count,
				    sizeof *grown);
		if (grown == NULL)
			return ERR_NOMEM;
		vault->names = grown;
	}
	for (size_t i = 0; i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];
		struct vault_name *name = &vault->names[vault->name_count];

		if (member->is_recovery ||
		    control_name_of(vault, &member->device)[0] != '\0' ||
		    vault->name_count == roster->member_count)
			continue;
		name->device = member->device;
		if (open_name(vault, member, name->name))
			vault->name_count++;
	}
	return 0;
}

const char *vault_device_name(struct vault *vault, const struct roster *roster,
			      const struct sign_public *device)
{
	if (!vault->is_unlocked)
		return memcmp(vault->device.device.b, device->b, 32) == 0
			       ? vault->device.name
			       : "";
	if (control_name_of(vault, device)[0] == '\0' &&
	    control_read_names(vault, roster) != 0)
		return "";
	return control_name_of(vault, device);
}
