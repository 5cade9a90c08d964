/* The yardstick: a responder on libfcgi that does what responder.ts does. Its argument is the socket's path. */
#include <fcgiapp.h>
#include <stdio.h>
#include <string.h>

enum { BODY_BYTES = 8192, BACKLOG = 511 };

static const char *const NAMES[] = {
    "REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO",   "QUERY_STRING", "REQUEST_URI",
    "SERVER_NAME",    "SERVER_PORT", "REMOTE_ADDR", "HTTP_HOST",    "HTTP_ACCEPT",
};

int main(int argc, char **argv) {
  static char body[BODY_BYTES];
  FCGX_Request request;
  memset(body, 'x', sizeof(body));
  if (argc != 2 || FCGX_Init() != 0) return 1;
  int listening = FCGX_OpenSocket(argv[1], BACKLOG);
  if (listening < 0 || FCGX_InitRequest(&request, listening, 0) != 0) return 1;
  while (FCGX_Accept_r(&request) == 0) {
    size_t length = 0;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
      const char *value = FCGX_GetParam(NAMES[i], request.envp);
      if (value != NULL) length += strlen(value);
    }
    FCGX_FPrintF(request.out, "Content-Type: image/png\r\nX-Read: %d\r\n\r\n", (int)length);
    FCGX_PutStr(body, sizeof(body), request.out);
    FCGX_Finish_r(&request);
  }
  return 0;
}
