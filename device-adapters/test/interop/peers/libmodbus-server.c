/* Serves one SunSpec image (a JSON file) with libmodbus. Prints its port; ends when its input closes. */
#include <arpa/inet.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

static char text[1 << 20];

/* The text behind a key of the image, which holds no other text than its keys. */
static char *after(const char *key) {
  char *at = strstr(text, key);
  if (at == NULL) exit(2);
  return at + strlen(key);
}

static modbus_mapping_t *load(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL || fread(text, 1, sizeof text - 1, file) == 0) exit(2);
  fclose(file);
  int address = atoi(after("\"address\":"));
  char *next = after("\"registers\":[");
  modbus_mapping_t *map = modbus_mapping_new_start_address(0, 0, 0, 0, address, 65536 - address, 0, 0);
  if (map == NULL) exit(2);
  int count = 0;
  for (char *end; *next != '\0'; next = end + 1) {
    map->tab_registers[count++] = (uint16_t)strtoul(next, &end, 10);
    if (*end != ',') break;
  }
  map->nb_registers = count; /* Beyond the image there is nothing. */
  return map;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  modbus_mapping_t *map = load(argv[1]);
  modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
  int listener = modbus_tcp_listen(context, 4);
  struct sockaddr_in name;
  socklen_t size = sizeof name;
  if (listener < 0 || getsockname(listener, (struct sockaddr *)&name, &size) < 0) return 1;
  printf("%d\n", ntohs(name.sin_port));
  fflush(stdout);

  fd_set watched;
  FD_ZERO(&watched);
  FD_SET(STDIN_FILENO, &watched);
  FD_SET(listener, &watched);
  for (;;) {
    fd_set ready = watched;
    if (select(FD_SETSIZE, &ready, NULL, NULL, NULL) < 0) return 1;
    if (FD_ISSET(STDIN_FILENO, &ready)) return 0;
    for (int fd = STDIN_FILENO + 1; fd < FD_SETSIZE; fd++) {
      if (!FD_ISSET(fd, &ready)) continue;
      if (fd == listener) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0) FD_SET(client, &watched);
        continue;
      }
      uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
      modbus_set_socket(context, fd);
      int length = modbus_receive(context, request);
      if (length > 0) {
        modbus_reply(context, request, length, map);
      } else if (length < 0) {
        close(fd);
        FD_CLR(fd, &watched);
      }
    }
  }
}
