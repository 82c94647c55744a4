// Generated from schemas/bimdata-sso.openapi.yaml by "npm run generate". Do not edit.

export interface paths {
    "/identity-provider/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the invitations of the identity provider
         * @description The whole list in one answer; there is no paging.
         */
        get: operations["getInvitations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/identity-provider/invitation/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one invitation */
        get: operations["getInvitation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/identity-provider/invitation/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description A user who exists joins the cloud and the project at once; one who does not joins on their first connection. An invitation that was denied can be accepted later. The request has no body.
         */
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/identity-provider/invitation/{id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deny an invitation
         * @description The status becomes D and the user does not join the cloud. No way back from accepted is documented, so the sandbox answers 400 there and changes nothing. The request has no body.
         */
        post: operations["denyInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/identity-provider/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a user from BIMData, with every cloud in which they are alone
         * @description Cannot be undone. A user who has a token at the identity provider but never called the API is unknown here: the answer is 404, and the account stays behind in Keycloak.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cloud": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the clouds that the credential can see
         * @description Only the caller's own, or the application's: a lower bound of what there is. The whole list in one answer.
         */
        get: operations["getClouds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cloud/{id}/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a cloud's members
         * @description Only an administrator of the cloud may. A member without id was invited and is not there yet.
         */
        get: operations["getCloudUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cloud/{id}/size": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read how much a cloud holds
         * @description Bytes. An administrator or an application gets every field.
         */
        get: operations["getCloudSize"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cloud/{id}/project": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a cloud's projects
         * @description Those that the credential can see.
         */
        get: operations["getProjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An invitation to a cloud, and to a project of it where one is named. It holds no date. Fields that are not listed here may appear. */
        Invitation: {
            readonly id: number;
            /** @description The application that sends the invitation; a string in the versions of 2020 and 2021 */
            readonly client_id: number | string;
            /** @description Where the user is sent after they accepted */
            readonly redirect_uri: string;
            readonly cloud_name: string;
            /** @description The user's role in the cloud. Known values are 100 (admin) and 50 (user). */
            readonly cloud_role: number;
            /** @description Absent where the invitation is to the cloud alone; null is taken as absent */
            readonly project_name?: string | null;
            /** @description The user's role in the project. Known values are 100 (admin), 50 (user) and 25 (guest). */
            readonly project_role?: number | null;
            /** @description The address that was invited */
            readonly email: string;
            /** @description Known values are P (pending), A (accepted) and D (denied); versions of 2020 also had W (accepted, waiting for the user's first login). Treat any other value as unknown. */
            readonly status: string;
            /** @description OIDC subject of the sender at their original provider; null is taken as absent */
            readonly sender_provider_sub?: string | null;
        } & {
            [key: string]: unknown;
        };
        SelectUser: {
            /** @description The user's address, compared without regard to case */
            email: string;
        };
        /** @description A space that has members and holds projects. Fields that are not listed here appear. */
        Cloud: {
            readonly id: number;
            name: string;
            readonly is_default?: boolean;
            /** Format: date-time */
            readonly created_at?: string;
            /** Format: date-time */
            readonly updated_at?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description A person in a cloud. Fields that are not listed here appear. */
        CloudMember: {
            /** @description Null for somebody who was invited and is not there yet */
            readonly id: number | null;
            readonly email: string;
            readonly firstname?: string | null;
            readonly lastname?: string | null;
            /** @description Known values are 100 (admin) and 50 (user). */
            readonly cloud_role?: number | null;
            readonly provider?: string | null;
            /** @description The subject in Keycloak */
            readonly sub?: string | null;
        } & {
            [key: string]: unknown;
        };
        CloudSize: {
            /** @description Who has the subscription, such as BIMDATA_PLATFORM or ORGANIZATION */
            managed_by?: string;
            role?: number;
            /** @description Bytes in use */
            readonly total_size?: number | null;
            readonly total_size_available?: number | null;
            readonly remaining_total_size?: number | null;
            readonly remaining_total_size_percent?: number | null;
        } & {
            [key: string]: unknown;
        };
        /** @description Fields that are not listed here appear. */
        Project: {
            readonly id: number;
            name: string;
        } & {
            [key: string]: unknown;
        };
        /** @description What the sandbox says about a request that failed. The reference describes no body of an error, so a client must not rely on one. */
        Error: {
            /** @description A word for programs, such as not_found */
            code: string;
            /** @description A sentence for people */
            detail: string;
        } & {
            [key: string]: unknown;
        };
    };
    responses: {
        /** @description Done; the answer has no body */
        Done: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description A required field is missing, or what was asked for cannot be done */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The credential is missing, malformed or expired */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The credential is good, but has no right to this */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description It does not exist, or the credential may not see that it exists */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A fault of the server */
        ServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description The invitation's number. A path whose id is not a whole number names nothing (404). */
        InvitationId: number;
        /** @description Only the invitations with this status */
        StatusFilter: "A" | "D" | "P";
        /** @description The cloud's number. A path whose id is not a whole number names nothing (404). */
        CloudId: number;
        /** @description Only the member with this address */
        EmailFilter: string;
        /** @description Only the members whose address contains this */
        EmailContainsFilter: string;
        /** @description Only the members whose address starts with this */
        EmailStartsFilter: string;
        /** @description Only the members whose address ends with this */
        EmailEndsFilter: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getInvitations: {
        parameters: {
            query?: {
                /** @description Only the invitations with this status */
                status?: components["parameters"]["StatusFilter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every invitation, or every one with the status that was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
    getInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The invitation's number. A path whose id is not a whole number names nothing (404). */
                id: components["parameters"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The invitation's number. A path whose id is not a whole number names nothing (404). */
                id: components["parameters"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
    denyInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The invitation's number. A path whose id is not a whole number names nothing (404). */
                id: components["parameters"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SelectUser"];
            };
        };
        responses: {
            204: components["responses"]["Done"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
    getClouds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every cloud that can be seen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cloud"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
    getCloudUsers: {
        parameters: {
            query?: {
                /** @description Only the member with this address */
                email?: components["parameters"]["EmailFilter"];
                /** @description Only the members whose address contains this */
                email__contains?: components["parameters"]["EmailContainsFilter"];
                /** @description Only the members whose address starts with this */
                email__startswith?: components["parameters"]["EmailStartsFilter"];
                /** @description Only the members whose address ends with this */
                email__endswith?: components["parameters"]["EmailEndsFilter"];
            };
            header?: never;
            path: {
                /** @description The cloud's number. A path whose id is not a whole number names nothing (404). */
                id: components["parameters"]["CloudId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every member, or every one that the filters let through */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CloudMember"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
    getCloudSize: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The cloud's number. A path whose id is not a whole number names nothing (404). */
                id: components["parameters"]["CloudId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The size */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CloudSize"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
    getProjects: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The cloud's number. A path whose id is not a whole number names nothing (404). */
                id: components["parameters"]["CloudId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every project that can be seen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["ServerError"];
        };
    };
}
