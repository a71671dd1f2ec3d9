/*
 * vectors_noise.h - one handshake of each pattern, as numbers.
 *
 * IK and NK: cacophony's vectors, as snow carries them. XXpsk0: made for kept
 * and agreed on, byte for byte, by four implementations. All hex; NULL: none.
 */
#ifndef KEPT_TESTS_VECTORS_NOISE_H
#define KEPT_TESTS_VECTORS_NOISE_H

#include "proto/crypto/noise.h"

#define VECTOR_MESSAGES 6

struct noise_vector {
	enum noise_pattern pattern;
	const char *prologue;
	const char *psk;
	const char *init_static;
	const char *init_ephemeral;
	const char *resp_static;
	const char *resp_ephemeral;
	const char *hash;
	size_t count;
	struct {
		const char *payload;
		const char *message;
	} messages[VECTOR_MESSAGES];
};

static const struct noise_vector noise_vectors[] = {
	{
		.pattern = NOISE_XXPSK0,
		.prologue =
			"6b6570742f706169722f31",
		.psk =
			"097f5437f73022351a2f1049a0c4603d26cdb3693ae2b854693cb"
			"1fb976737f2",
		.init_static =
			"42a29ddecb9240b27044b1a0d440fd47b3b6e74defcd5bd9f858e"
			"e9bf701c742",
		.init_ephemeral =
			"c81264d9b9109c72b8a9e06a5a36de34624f999f9c358b4532e28"
			"5de17689174",
		.resp_static =
			"d5f011e951feef4bc1faadbdc9a2fbd0d9ce54dbd0c0b5310c59f"
			"ac8da8ac168",
		.resp_ephemeral =
			"5bbad530558aafbde3f15b0cf4857f7712acd97cea014ea1ba8a8"
			"6c0c8578854",
		.hash =
			"5a67b37203dced49ed85dddecd7475962505842259c9fc67aa58c"
			"b5acd1f130138b58d01768d4bc4fa8091410a14b7a888d50f150c"
			"a43b82b4226535285f074c",
		.count = 6,
		.messages = {
			{ "61",
				"9e5c8c091e18ca3612bbe02889154149b2ca4c7dba01e"
				"cfbfda52e8e61e112441a6320b6461351b5361118fc3d"
				"d3dee305" },
			{ "62",
				"d10a1d84931a195fe9035b0b5be6753f71e6de8268a24"
				"aeeb82a6009aa3d24490761ecb5675e99c6ad7c2b1c6e"
				"193681f25c8e8752354212977079f0a02c39868c0f512"
				"7db1f287f9958f5463a0bbc95ed1280f4ee8b87b1b986"
				"2ea6e408159cc7" },
			{ "63",
				"70e9aa8967b1a6a4737d9bf9a61c432a3ed94fd708ae6"
				"079a245fc346d575f1cf2fcb3d65c3225397f77bc0662"
				"95d9711ac4e6d53b80053c3f477c93d84637b466" },
			{ "64",
				"e6394ebb089541cd24d51fe32685b8e5ff" },
			{ "65",
				"f93e35a20a67e97486028bfc7d288cfc59" },
			{ "66",
				"17b22478562e4a6e2def5aba87b7686af5" },
		},
	},
	{
		.pattern = NOISE_IK,
		.prologue =
			"4a6f686e2047616c74",
		.init_static =
			"e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df"
			"7ed542214d1",
		.init_ephemeral =
			"893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b056"
			"9da977c464a",
		.resp_static =
			"4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9"
			"114246e4893",
		.resp_ephemeral =
			"bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5"
			"e63da6b375b",
		.hash =
			"1c8fa891cb414fedba6daa7c6f4ae0a6d98e5f9768cc9cecd27e8"
			"05614943ee9c8a1b27fbfb76dc197255c8aa69f6b4285c423840b"
			"8bedf45e652ca64f797d81",
		.count = 6,
		.messages = {
			{ "4c756477696720766f6e204d69736573",
				"ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a"
				"61f879f8e3afa4c7944ba83a447b38c83e327ad936929"
				"812f624884847b7831e95e197b2f797088efdd2f88f1d"
				"b7e1fb0e99c64419097af91cee64e470f4b6fcd9298ce"
				"0b56fe20f86e13bf70439c538e3602a7127af71a29c"
				"c" },
			{ "4d757272617920526f746862617264",
				"95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39e"
				"c5be34069f1448088439f069b267a06b3de3ecb1043bc"
				"b098e9af91d9c64748d998c7b47890871571" },
			{ "462e20412e20486179656b",
				"cd54383060e7a28434cca27fb1cc524cfbabeb1818158"
				"9df219d07" },
			{ "4361726c204d656e676572",
				"a856d3bf0246bfc476c655009cd1ed677b8dcc5b349ae"
				"8ef2a05f2" },
			{ "4a65616e2d426170746973746520536179",
				"49063084b2c51f098337cb8a13739ac848f907e67cfb2"
				"cc8a8b60586467aa02fc7" },
			{ "457567656e2042f6686d20766f6e2042617765726b",
				"8b9709d23b47e4639df7678d7a21741eba4ef1e9c6038"
				"3001c7435549c20f9d56f30e935d3" },
		},
	},
	{
		.pattern = NOISE_NK,
		.prologue =
			"4a6f686e2047616c74",
		.init_ephemeral =
			"893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b056"
			"9da977c464a",
		.resp_static =
			"4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9"
			"114246e4893",
		.resp_ephemeral =
			"bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5"
			"e63da6b375b",
		.hash =
			"f87aa4eb6416e5b0d2b6e6f0b7bc41f3c5986a5d32d55c08d67cb"
			"d412f3ec2fa04d8e358ab95b3bbfab054a140a98eccf4284bb630"
			"9b600981d451ecac484932",
		.count = 6,
		.messages = {
			{ "4c756477696720766f6e204d69736573",
				"ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a"
				"61f879f8e3afa4c7944f3041e39b0c8ba56008f2d1183"
				"fea6ac83564ead0267b0842ec4c521ed1e1407" },
			{ "4d757272617920526f746862617264",
				"95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39e"
				"c5be34069f1448088432281dcc1835131f305dca14525"
				"e15e27d1f32294aa835e40fc18be480c1db9" },
			{ "462e20412e20486179656b",
				"357e24e9f28ba22080666f7efacc01b2a0a4e358e742a"
				"eeff2aaf5" },
			{ "4361726c204d656e676572",
				"8b23b34ff3169de06a39551e969ca7876cc5122a4acff"
				"74bf2ec29" },
			{ "4a65616e2d426170746973746520536179",
				"5c104779b6f36e59fca73ed94b0ae092eae1d76dd109c"
				"af5060aaaedba385d7076" },
			{ "457567656e2042f6686d20766f6e2042617765726b",
				"34ae0518d0cd3aa641ed372ea94935ceecd87f8c4b422"
				"ce21a33d3f6f5493891e3e915d83f" },
		},
	},
};

#endif
