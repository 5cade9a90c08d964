/** What a template is filled in with. Paths are absolute. */
export interface TemplateOptions {
  readonly destination: string;
  /** The mapproxy.yaml, or what else is to be served; undefined where none was named. */
  readonly mapproxyConf: string | undefined;
  /** Where clients find the maps, as `/mapproxy`. */
  readonly mount?: string | undefined;
  /** Where Mapgate listens, as written: a path, unix:PATH or HOST:PORT. */
  readonly socket?: string | undefined;
  /** The web server's host name. */
  readonly serverName?: string | undefined;
  /** What runs Mapgate: the words of a command, each without blanks. */
  readonly command?: readonly string[] | undefined;
}

/** A file to write; its path is absolute. */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
  readonly isExecutable?: boolean;
}

/** Something to begin with, made by `mapgate create`. */
export interface Template {
  readonly name: string;
  /** What it is, in one line. */
  readonly description: string;
  /** @throws ConfigError for options that it lacks */
  files(options: TemplateOptions): TemplateFile[];
}
