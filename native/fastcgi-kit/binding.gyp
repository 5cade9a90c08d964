{
  'variables': { 'sanitize%': '' },
  'targets': [
    {
      'target_name': 'fastcgi_kit',
      'conditions': [
        ['OS == "linux"', {
          'sources': [
            'cc/binding.cc',
            'cc/binding_methods.cc',
            'cc/binding_requests.cc',
            'cc/connection.cc',
            'cc/connection_output.cc',
            'cc/connection_records.cc',
            'cc/output.cc',
            'cc/pairs.cc',
            'cc/parser.cc',
            'cc/responder.cc',
            'cc/responder_accept.cc',
            'cc/timers.cc',
            'cc/values.cc',
          ],
          'defines': ['NAPI_VERSION=8'],
          'cflags': ['-Wall', '-Wextra', '-Werror', '-fvisibility=hidden'],
          'cflags_cc!': ['-std=gnu++17', '-std=gnu++20', '-O3'],
          'cflags_cc': ['-std=c++17', '-O2', '-fno-exceptions', '-fno-rtti'],
        }, {
          'type': 'none',
        }],
        ['sanitize != ""', {
          'cflags': ['-fsanitize=<(sanitize)', '-fno-omit-frame-pointer', '-g', '-O1'],
          'ldflags': ['-fsanitize=<(sanitize)'],
        }],
      ],
    },
  ],
}
