# make            programs, static files, and the checks of layers and templates (release, hardened)
# make asan       the same with AddressSanitizer and UBSan, in build/asan
# make unit       builds and runs the unit tests of this flavour
# make fuzz       every fuzz target for FUZZ_SECONDS (60) each
# make bench      the table of docs/performance.md
# make chaos      the drills with kill -9
# make compdb     compile_commands.json
# make clean
BUILD  ?= build/release
# make V=1 shows whole commands.
Q       = $(if $(V),,@echo "  $(@F)";)
PKGS    = libpq ctpl gio-2.0 libxml-2.0 libcrypto libqrencode yaz
WARN    = -Wall -Wextra -Werror -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wcast-qual \
          -Wpointer-arith -Wwrite-strings -Wundef -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough \
          -Wno-missing-field-initializers
HARDEN ?= -O2 -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE \
          -fno-strict-overflow
LDHARD  = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
# Foreign headers are system headers here, so that our warnings are about our code.
CFLAGS  = -std=gnu11 -D_GNU_SOURCE -g $(WARN) $(HARDEN) -include lib/banned.h -Ilib \
          $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS)))
LDLIBS  = $(shell pkg-config --libs $(PKGS)) -lfcgi -lzint

LIBOBJ  = $(patsubst lib/%.c,$(BUILD)/lib/%.o,$(wildcard lib/*.c))
PROGS   = $(patsubst cgi-bin/%.c,$(BUILD)/cgi-bin/%,$(wildcard cgi-bin/*.c))
PARTS   = $(patsubst %.c,$(BUILD)/%.o,$(wildcard cgi-bin/parts/*.c))
TOOLS   = $(patsubst scripts/%.c,$(BUILD)/scripts/%,$(wildcard scripts/*.c))
UNIT    = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test-*.c))
DRILLS  = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/*.c tests/chaos/*.c))
STATIC  = $(BUILD)/static/manifest

all: $(PROGS) $(TOOLS) $(STATIC) check-layers check-templates
.PHONY: all asan unit drills fuzz bench chaos compdb check-layers check-templates clean
.SECONDARY:
.DELETE_ON_ERROR:

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SAN) -MMD -MP -c -o $@ $<
$(BUILD)/libkabinet.a: $(LIBOBJ)
	rm -f $@ && $(AR) rcs $@ $^
# A section that is too long for one file has more in parts/: journal.c, parts/journal-marks.c ...
.SECONDEXPANSION:
$(BUILD)/cgi-bin/%: $(BUILD)/cgi-bin/%.o $$(addprefix $(BUILD)/,$$(addsuffix .o,$$(basename \
                    $$(wildcard cgi-bin/parts/$$*-*.c)))) $(BUILD)/libkabinet.a
	$(Q)$(CC) $(SAN) $(LDHARD) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/scripts/%: $(BUILD)/scripts/%.o $(BUILD)/libkabinet.a
	$(Q)$(CC) $(SAN) $(LDHARD) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libkabinet.a
	$(Q)$(CC) $(SAN) $(LDHARD) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka
$(BUILD)/tests/chaos/client: $(BUILD)/tests/chaos/parts/model.o $(BUILD)/tests/chaos/parts/sender.o
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/libkabinet.a
	$(Q)$(CC) $(SAN) $(LDHARD) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Static files get their content's hash into the name, so that browsers may keep them for ever.
$(STATIC): scripts/static-files $(wildcard nginx/static/*)
	scripts/static-files nginx/static $(@D)

asan:
	$(MAKE) BUILD=build/asan HARDEN=-O1 \
	  SAN="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer" $(or $(GOAL),all)
unit: $(UNIT)
	scripts/run-unit $(UNIT)
drills: $(DRILLS)
fuzz:
	tests/fuzz/run $(or $(FUZZ_SECONDS),60)
bench: all drills
	tests/bench/run
chaos: all drills
	tests/chaos/run long
	tests/chaos/library 60
compdb:
	bear --output compile_commands.json -- $(MAKE) -B BUILD=build/compdb

# Only one file of lib/ may know each foreign library; sections and tools know none.
check-layers: $(PROGS) $(TOOLS)
	! nm -u $(patsubst %,%.o,$(PROGS) $(TOOLS)) $(PARTS) | grep -E ' (ctpl_|g_|PQ|FCGX_|xml|EVP_|RAND_|CRYPTO_|OPENSSL_|HMAC|QRcode|yaz_|wrbuf_|ZBarcode)'
check-templates:
	scripts/check-templates templates
clean:
	rm -rf build/release build/asan build/fuzz build/compdb compile_commands.json

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
