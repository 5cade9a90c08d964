/** What a template is filled in with. Paths are absolute. */
export interface TemplateOptions {
  readonly destination: string;
  /** The mapproxy.yaml that is to be served; undefined where none was named. */
  readonly mapproxyConf: string | undefined;
}

/** A file to write; its path is absolute. */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
}

/** Something to begin with, made by `mapgate create`. */
export interface Template {
  readonly name: string;
  /** What it is, in one line. */
  readonly description: string;
  /** @throws ConfigError for options that it lacks */
  files(options: TemplateOptions): TemplateFile[];
}
