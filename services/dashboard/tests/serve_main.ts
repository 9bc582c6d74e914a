/** `npm run serve`: the built dashboard at http://127.0.0.1:4173, its API at `TOCCATA_URL`. */
import { resolve } from "node:path";
import { serve } from "./serve";

const { url } = await serve(resolve("dist"), () => process.env["TOCCATA_URL"] ?? "http://127.0.0.1:8080", Number(process.env["PORT"] ?? 4173));
console.log(url);
